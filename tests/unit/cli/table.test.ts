import assert from "node:assert/strict";
import { alignColumns, titledTable } from "../../../cli/table";

describe("columns for the terminal", () => {
  it("are as wide as their longest cell, left or right", () => {
    assert.deepEqual(
      alignColumns(
        [
          ["1", "a", ""],
          ["22", "bbb", "x"],
        ],
        ["right"],
      ),
      ["   1  a", "  22  bbb  x"],
    );
    assert.deepEqual(alignColumns([]), []);
  });

  it("are left out where no row has anything", () => {
    const rows = [
      ["a", "", "1"],
      ["b", "", ""],
    ];
    assert.deepEqual(titledTable("T", ["NAME", "ZONE", "N"], rows), ["T", "  NAME  N", "  a     1", "  b"]);
    assert.deepEqual(titledTable("T", ["NAME"], []), ["T", "  none"]);
  });
});
