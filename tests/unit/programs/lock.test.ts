import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { acquireLock, tryLock, type Holder } from "../../../programs/lock";
import { until, useWorkplace } from "./support";

describe("lock", () => {
  const workplace = useWorkplace();
  let name: string;
  beforeEach(() => {
    name = randomUUID();
  });

  it("is held by one at a time, who can be told", async () => {
    const lock = await acquireLock(name);
    const before = Date.now();
    const second = await tryLock(name);
    assert.equal(second.lock, undefined);
    assert.equal(second.holder?.pid, process.pid);
    assert.ok(Math.abs(Date.parse(second.holder.since) - before) < 5000);
    await lock.release();

    const third = await tryLock(name);
    assert.ok(third.lock, "it is free after its release");
    await third.lock.release();
  });

  it("of another name is another lock", async () => {
    const one = await acquireLock(name);
    const other = await tryLock(`${name} `);
    assert.ok(other.lock);
    await Promise.all([one.release(), other.lock.release()]);
  });

  it("passes to who waits when it is released", async () => {
    const order: string[] = [];
    const first = await acquireLock(name);
    const waits: Holder[] = [];
    const second = acquireLock(name, { onWait: (holder) => waits.push(holder) }).then((lock) => {
      order.push("second has it");
      return lock;
    });
    await until(() => waits.length > 0);
    order.push("first releases it");
    await first.release();
    await (await second).release();
    assert.deepEqual(order, ["first releases it", "second has it"]);
    assert.deepEqual(
      waits.map(({ pid }) => pid),
      [process.pid],
      "who waits is told once",
    );
  });

  it("is free when its holder was killed", async () => {
    const child = workplace().child(join(__dirname, "lock-child.ts"), name);
    await until(() => child.output() === "held\n");
    const attempt = await tryLock(name);
    assert.equal(attempt.holder?.pid, child.process.pid);

    const waits: Holder[] = [];
    const waiting = acquireLock(name, { onWait: (holder) => waits.push(holder) });
    await until(() => waits.length > 0);
    child.process.kill("SIGKILL");
    await (await waiting).release();
  });

  it("does not keep a stopped holder's asker waiting for long", async () => {
    const child = workplace().child(join(__dirname, "lock-child.ts"), name);
    await until(() => child.output() === "held\n");
    child.process.kill("SIGSTOP");
    assert.deepEqual(await tryLock(name), { holder: undefined });
  });

  it("stops waiting when interrupted", async () => {
    const lock = await acquireLock(name);
    const interrupt = new AbortController();
    const reason = new Error("enough");
    await assert.rejects(
      acquireLock(name, {
        signal: interrupt.signal,
        onWait: () => {
          interrupt.abort(reason);
        },
      }),
      reason,
    );
    await lock.release();
  });
});
