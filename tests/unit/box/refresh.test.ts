import assert from "node:assert/strict";
import { checkpointOf, type Limits, nextStep, type Progress } from "../../box/refresh";

/** A whole refresh in which what is launched is in service at once: the least and the most that were there, and what was done. */
function refreshed(desired: number, limits: Partial<Limits>) {
  const all = { minHealthy: 100, maxHealthy: 110, checkpoints: [], ...limits };
  const progress: Progress = { desired, current: 0, coming: 0, outdated: desired };
  const sizes = [desired];
  for (let step = nextStep(progress, all); step; step = nextStep(progress, all)) {
    if (step === "launch") progress.current += 1;
    else progress.outdated -= 1;
    sizes.push(progress.current + progress.outdated);
  }
  return { ...progress, least: Math.min(...sizes), most: Math.max(...sizes) };
}

describe("the box's instance refresh", () => {
  const whole = (desired: number) => ({ desired, current: desired, coming: 0, outdated: 0 });

  it("launches before it ends, above 100 percent", () => {
    assert.deepEqual(refreshed(2, {}), { ...whole(2), least: 2, most: 3 });
    assert.deepEqual(refreshed(40, { maxHealthy: 110 }), { ...whole(40), least: 40, most: 41 });
  });

  it("ends before it launches, up to 100 percent", () => {
    assert.deepEqual(refreshed(4, { minHealthy: 50, maxHealthy: 100 }), { ...whole(4), least: 3, most: 4 });
    assert.deepEqual(refreshed(2, { minHealthy: 100, maxHealthy: 100 }), { ...whole(2), least: 1, most: 2 });
    assert.deepEqual(refreshed(1, { minHealthy: 0, maxHealthy: 100 }), { ...whole(1), least: 0, most: 1 });
  });

  it("ends nothing while what it has launched is not in service", () => {
    const limits = { minHealthy: 100, maxHealthy: 150, checkpoints: [] };
    assert.equal(nextStep({ desired: 2, current: 0, coming: 0, outdated: 2 }, limits), "launch");
    assert.equal(nextStep({ desired: 2, current: 0, coming: 1, outdated: 2 }, limits), undefined);
    assert.equal(nextStep({ desired: 2, current: 1, coming: 0, outdated: 2 }, limits), "end");
  });

  it("knows the checkpoint that it has come to", () => {
    const limits = { minHealthy: 100, maxHealthy: 110, checkpoints: [25, 50, 100] };
    const at = (current: number) => checkpointOf({ ...whole(4), current }, limits);
    assert.deepEqual([0, 1, 2, 3, 4].map(at), [undefined, 25, 50, 50, 50]);
  });
});
