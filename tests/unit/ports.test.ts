import assert from "node:assert/strict";
import { freePorts, portsOf, portsVariable } from "../support/ports";

describe("the ports of tests", () => {
  const given = process.env[portsVariable];

  afterEach(() => {
    if (given === undefined) Reflect.deleteProperty(process.env, portsVariable);
    else process.env[portsVariable] = given;
  });

  it("are those of no other process", async () => {
    const seen = new Set<number>();
    for (let i = 0; i < 3; i++) {
      process.env[portsVariable] = portsOf(i, 1000);
      const [first = 0, end = 0] = portsOf(i, 1000).split("-").map(Number);
      // Of the ten that are its own.
      const ports = await freePorts(3);
      assert.ok(ports.every((port) => port >= first && port < end && !seen.has(port)));
      for (let port = first; port < end; port++) {
        assert.ok(!seen.has(port), String(port));
        seen.add(port);
      }
    }
  });
});
