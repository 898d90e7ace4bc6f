import assert from "node:assert/strict";
import type { Row } from "../../../local/status";
import { renderTable } from "../../../local/table";

const row = (changes: Partial<Row>): Row => ({
  name: "ping",
  version: "1.0.0",
  state: "3/3 running",
  address: "http://a",
  problems: [],
  ...changes,
});

describe("the table of what runs", () => {
  it("has columns as wide as their longest cell, and no spaces at the ends of lines", () => {
    const rows = [
      row({ name: "consul", version: "", state: "stopped", address: "" }),
      row({ version: "10.20.30-beta" }),
    ];
    assert.equal(
      renderTable(rows),
      [
        "          VERSION        STATE        ADDRESS",
        "  consul                 stopped",
        "  ping    10.20.30-beta  3/3 running  http://a",
      ].join("\n"),
    );
  });

  it("has a row's problems beneath it", () => {
    const rows = [row({ problems: ["one is down", "so is another"] }), row({ name: "b" })];
    assert.equal(
      renderTable(rows),
      [
        "        VERSION  STATE                     ADDRESS",
        "  ping  1.0.0    3/3 running, not healthy  http://a",
        "      ! one is down",
        "      ! so is another",
        "  b     1.0.0    3/3 running               http://a",
      ].join("\n"),
    );
  });

  it("is only its header where there is nothing", () => {
    assert.equal(renderTable([]), "    VERSION  STATE  ADDRESS");
  });
});
