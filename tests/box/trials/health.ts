import assert from "node:assert/strict";
import type { HostStatus } from "../box";
import { type Agent, serfFailed } from "../cluster";
import { type BoxUnderTest, secondsSince } from "./box-under-test";

/** For how long agents may be ill in the trials, in seconds: the trials of servers set it. */
export const patience = 120;

/** The pool that the sample runs on. */
const pool = "private-services";

/**
 * Nodes whose agents are ill for too long are replaced.
 *
 * @param all whether Consul's agents are tried, too, and clients, which have minutes for to leave, and a whole pool
 */
export function health(tested: BoxUnderTest, all: boolean): void {
  const exec: BoxUnderTest["cluster"]["exec"] = (host, ...command) => tested.cluster.exec(host, ...command);
  const hosts = (kind?: string) => tested.cluster.hosts(kind);
  const until: BoxUnderTest["cluster"]["until"] = (what, isSo) => tested.cluster.until(what, isSo);

  /** Stops or wakes an agent, and not the tasks that are children of it. */
  const signal = ({ name }: HostStatus, agent: Agent, which: "STOP" | "CONT") =>
    exec(name, "systemctl", "kill", "--kill-whom=main", `--signal=${which}`, `${agent}.service`);

  async function follower(agent: Agent): Promise<HostStatus> {
    const leader = await tested.cluster.leader(agent);
    const found = (await hosts(`${agent}-server`)).find(({ id }) => id !== leader?.id);
    assert.ok(leader && found, `${agent} has no leader and follower`);
    return found;
  }

  /** Freezes an agent on a server of its kind, and on a client; waits until their nodes are replaced, and nothing else is. */
  async function frozen(agent: Agent): Promise<string[]> {
    const ill = [await follower(agent), ...(all ? [(await tested.fullestClient()).host] : [])];
    const others = (await hosts()).map(({ id }) => id).filter((id) => ill.every((each) => each.id !== id));
    const started = Date.now();
    await Promise.all(ill.map((host) => signal(host, agent, "STOP")));
    await until("they have ended", async () => {
      const { hosts: there } = await tested.box.status();
      return there.every(({ id }) => ill.every((each) => each.id !== id));
    });
    const ended = secondsSince(started);
    const left = (await hosts()).map(({ id }) => id);
    assert.deepEqual(
      others.filter((id) => !left.includes(id)),
      [],
      "others have been replaced too",
    );
    return [`ended after ${ended} s`];
  }

  /** Whether neither list has an agent that is not there. */
  async function listsTheLivingOnly(): Promise<boolean> {
    const { cluster } = tested;
    const clients = await cluster.get<{ Status: string }[]>("nomad", "nodes");
    const servers = await cluster.get<{ Members: { Status: string }[] }>("nomad", "agent/members");
    const agents = await cluster.get<{ Status: number }[]>("consul", "agent/members");
    return (
      clients?.every(({ Status }) => Status === "ready") === true &&
      servers?.Members.every(({ Status }) => Status !== "failed") === true &&
      agents?.every(({ Status }) => Status !== serfFailed) === true
    );
  }

  describe("when agents are ill for too long", function () {
    this.timeout(900_000);

    for (const agent of all ? (["nomad", "consul"] as const) : (["nomad"] as const)) {
      const what = `a server's ${all ? "and a client's " : ""}${agent}`;
      it(`replaces the node where ${what} is frozen, without a failed request`, async () => {
        await tested.spreadSample();
        const { failures } = await tested.trial(`${what} frozen`, () => frozen(agent));
        assert.deepEqual(failures, []);
        await until("what has ended is forgotten", listsTheLivingOnly);
      });
    }

    if (!all) return;

    it("replaces nothing where a whole pool looks ill, and says why", async () => {
      await tested.trial("all clients of a pool frozen", async () => {
        const before = await hosts(pool);
        await Promise.all(before.map((host) => signal(host, "nomad", "STOP")));
        await until("Nomad's leader has said why they stay", async () => {
          const leader = await tested.cluster.leader("nomad");
          const said = leader && (await exec(leader.name, "journalctl", "--unit", "cos-health", "--output=cat"));
          return said?.includes(`${before.length} of ${before.length} look ill, so it is not the instances`) === true;
        });
        await Promise.all(before.map((host) => signal(host, "nomad", "CONT")));
        assert.deepEqual(
          (await hosts(pool)).map(({ id }) => id),
          before.map(({ id }) => id),
        );
        return [];
      });
    });
  });
}
