import assert from "node:assert/strict";
import { throttle } from "../../../programs/throttle";

describe("progress", () => {
  it("is told at once, and then not more often than once in the interval", () => {
    const told: string[] = [];
    const rarely = throttle((message) => told.push(message), 60_000);
    const often = throttle((message) => told.push(message), 0);
    for (const message of ["a", "b"]) rarely(message);
    assert.deepEqual(told, ["a"]);
    for (const message of ["c", "d"]) often(message);
    assert.deepEqual(told, ["a", "c", "d"]);
  });
});
