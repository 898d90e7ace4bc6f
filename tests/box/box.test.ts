import { BoxUnderTest } from "./trials/box-under-test";
import { changes } from "./trials/changes";
import { driverTasks } from "./trials/drivers";
import { faults } from "./trials/faults";
import { fromNothing } from "./trials/from-nothing";
import { health } from "./trials/health";
import { network } from "./trials/network";
import { recoveries } from "./trials/recovery";
import { refreshes } from "./trials/refresh";
import { rights } from "./trials/rights";
import { rotation } from "./trials/rotation";
import { security } from "./trials/security";
import { changesInARow } from "./trials/series";
import { serverRollouts } from "./trials/servers";
import { needsBox } from "./requirements";

/** Set by `npm run test:box -- --all`. */
const all = process.env.COS_TESTS === "all";

/**
 * The stack dev, whole, on this machine: machines boot what `pulumi up` renders, and what breaks is broken for real. What was
 * measured is printed at its end.
 */
describe("the box", function () {
  this.timeout(600_000);
  const tested = new BoxUnderTest();

  before(needsBox);
  before(() => tested.up());
  after(() => tested.down());
  after(() => {
    console.log(tested.figures.map((line) => `    ${line}`).join("\n"));
  });

  fromNothing(tested);
  driverTasks(tested);
  network(tested);
  security(tested);
  rights(tested, all);
  rotation(tested, all);
  changes(tested, all);
  refreshes(tested, all);
  serverRollouts(tested, all);
  if (all) changesInARow(tested);
  faults(tested, all);
  health(tested, all);
  if (all) recoveries(tested);
});
