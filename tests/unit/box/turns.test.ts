import assert from "node:assert/strict";
import { Turns } from "../../box/turns";

describe("turns", () => {
  it("are taken by so many at once, then by the lowest rank, then by who came first", async () => {
    const turns = new Turns(1);
    const taken: string[] = [];
    const take = async (name: string, rank?: number) => {
      const done = await turns.next(rank);
      taken.push(name);
      return done;
    };
    const first = await take("first");
    const waiting = [take("client", 1), take("server"), take("other client", 1), take("other server")];
    await Promise.resolve();
    assert.deepEqual(taken, ["first"]);
    first();
    for (const next of [1, 3, 0, 2]) (await waiting[next])?.();
    assert.deepEqual(taken, ["first", "server", "other server", "client", "other client"]);
  });

  it("are free again once they have ended, which is once", async () => {
    const turns = new Turns(1);
    const end = await turns.next();
    end();
    end();
    await turns.next();
    let another = false;
    void turns.next().then(() => (another = true));
    await new Promise(setImmediate);
    assert.equal(another, false);
  });
});
