import assert from "node:assert/strict";
import fc from "fast-check";
import { Rollout, Stopped } from "../../../components/server-rollout/rollout.mjs";
import type { Member, Node, Peer } from "../../../components/server-rollout/raft.mjs";

interface Machine {
  id: string;
  zone: string;
  address: string;
  template: string;
  /** How many looks it takes until it has a vote. */
  looks: number;
}

const wanted = { product: "Nomad", group: "servers", servers: 3, template: "new", timeoutSeconds: 1 } as const;
const zones = ["a", "b", "c"];

/** Auto Scaling and a cluster of servers, as the rollout sees them. */
class Simulation {
  machines: Machine[] = [];
  /** Ended machines that the cluster still lists. */
  dead: Machine[] = [];
  /** ID of the machine that leads. */
  leader: string | undefined;
  /** Whether a new machine gets the address of one that has ended. */
  reuses = false;
  /** What the catalog still has of ended machines. */
  private readonly former: Node[] = [];
  /** How many healthy voters were left whenever one was ended. */
  readonly left: number[] = [];
  readonly ended: string[] = [];
  /** What was done to servers, in its order. */
  readonly done: string[] = [];
  /** Whether the cluster has noticed that machines have ended. */
  notices = () => true;
  /** Ended machines whose vote was taken. */
  private readonly withoutVote: string[] = [];
  /** A zone without capacity. */
  closed: string | undefined;
  /** What happens beside it, at a look. */
  meanwhile: (look: number) => void = () => undefined;
  private count = 0;
  private looks = 0;

  constructor(
    public desired: number,
    public template: string,
    private readonly least = desired,
    private readonly comes = true,
  ) {
    this.fill(0);
    this.leader = this.machines[0]?.id;
  }

  readonly group = {
    look: () => {
      this.looks += 1;
      this.meanwhile(this.looks);
      for (const machine of this.machines) if (machine.looks < 1000) machine.looks = Math.max(0, machine.looks - 1);
      const instances = this.machines.map(({ id, zone }) => ({ id, zone }));
      return Promise.resolve({ desired: this.desired, zones, instances });
    },
    resize: (size: number) => {
      this.desired = size;
      this.fill(2);
      return Promise.resolve();
    },
    end: (id: string, shrink: boolean) => {
      if (shrink) assert.ok(this.desired > this.least, "below the group's least size");
      this.kill(id);
      this.ended.push(id);
      this.left.push(this.voters.length);
      this.done.push(`end ${id}`);
      if (shrink) this.desired -= 1;
      this.fill(2);
      return Promise.resolve();
    },
  };

  readonly cluster = {
    peers: (): Promise<Peer[]> =>
      Promise.resolve([
        ...this.machines.filter(({ looks }) => looks < 2).map((machine) => this.peer(machine, machine.looks === 0)),
        ...this.dead.map((machine) => ({
          ...{ ...this.peer(machine, false), isAlive: false },
          hasVote: !this.withoutVote.includes(machine.id),
        })),
      ]),
    members: (): Promise<Member[]> =>
      Promise.resolve([
        ...this.machines.filter(({ looks }) => looks < 2).map(({ address }) => ({ address, status: "alive" as const })),
        ...this.dead.map(({ address }) => ({
          address,
          status: this.notices() ? ("failed" as const) : ("alive" as const),
        })),
      ]).then((members) => members.map((each) => ({ name: each.address, ...each }))),
    transferLeadership: (id: string) => {
      this.leader = id;
      return Promise.resolve();
    },
    removeVoter: (id: string) => {
      this.done.push(`remove ${id}`);
      this.withoutVote.push(id);
      return Promise.resolve();
    },
    forget: (name: string) => {
      this.dead = this.dead.filter(({ address }) => address !== name);
      this.done.push(`forget ${name}`);
      return Promise.resolve();
    },
  };

  readonly nodes = (): Promise<Node[]> =>
    Promise.resolve([...this.former, ...this.machines.map(({ address, id, template }) => ({ address, id, template }))]);

  get voters(): Machine[] {
    return this.machines.filter(({ looks }) => looks === 0);
  }

  kill(id: string): void {
    const machine = this.machines.find((each) => each.id === id);
    assert.ok(machine);
    this.machines = this.machines.filter((each) => each !== machine);
    this.dead.push(machine);
    this.former.push(machine);
    if (this.leader === id) this.leader = this.voters[0]?.id;
  }

  rollout(changes: object = {}, say: (text: string) => void = () => undefined): Rollout {
    const options = { pollMs: 1, patienceSeconds: 0.05 };
    return new Rollout({ ...wanted, ...changes }, this.group, this.cluster, this.nodes, say, options);
  }

  private peer({ id, address }: Machine, isVoter: boolean): Peer {
    return { id, name: address, address, isLeader: id === this.leader, hasVote: isVoter, isVoter, isAlive: true };
  }

  private fill(looks: number): void {
    while (this.machines.length < this.desired) {
      this.count += 1;
      const id = `i-${this.count}`;
      const open = zones.filter((each) => each !== this.closed);
      const [zone = "a"] = open.toSorted((one, other) => this.inZone(one) - this.inZone(other));
      const slow = looks > 0 && !this.comes;
      this.machines.push({
        id,
        zone,
        address: (this.reuses && this.former.at(-1)?.address) || `10.0.0.${this.count}`,
        template: this.template,
        looks: slow ? 1000 : looks,
      });
    }
  }

  private inZone(zone: string): number {
    return this.machines.filter((each) => each.zone === zone).length;
  }
}

/** A cluster whose servers are all old. */
function outdated(size: number, comes = true): Simulation {
  const simulation = new Simulation(size, "old", size, comes);
  simulation.template = "new";
  return simulation;
}

describe("the rollout of servers", () => {
  for (const size of [3, 5]) {
    it(`replaces all ${size}, one at a time, the leader last, with never fewer voters than ${size}`, async () => {
      const simulation = outdated(size);
      const said: string[] = [];
      assert.equal(await simulation.rollout({ servers: size }, (text) => said.push(text)).run(), size);
      assert.ok(simulation.machines.every(({ template }) => template === "new"));
      assert.equal(simulation.machines.length, size);
      assert.deepEqual(simulation.left, Array<number>(size).fill(size));
      assert.equal(simulation.ended.at(-1), "i-1");
      // What has ended has no vote any more, at once.
      assert.deepEqual(
        simulation.done,
        simulation.ended.flatMap((id) => [`end ${id}`, `remove ${id}`, `forget 10.0.0.${id.slice(2)}`]),
      );
      assert.equal(new Set(simulation.machines.map(({ zone }) => zone)).size, 3);
      assert.deepEqual(simulation.dead, []);
      assert.match(said.join("\n"), /i-1 \(10\.0\.0\.1\) leads, and is to go: 10\.0\.0\.\d+ takes over/);
    });
  }

  it("leaves as many in each zone, whichever leads", async () => {
    for (const leads of [0, 1, 2]) {
      const simulation = outdated(3);
      simulation.leader = simulation.machines[leads]?.id;
      await simulation.rollout().run();
      assert.deepEqual(simulation.machines.map(({ zone }) => zone).sort(), zones, `${leads} leads`);
      assert.ok(simulation.left.every((voters) => voters === 3));
    }
  });

  it("ends where a zone has no capacity, and says so", async () => {
    const simulation = outdated(3);
    simulation.closed = "c";
    const said: string[] = [];
    await simulation.rollout({}, (text) => said.push(text)).run();
    assert.equal(simulation.machines.length, 3);
    assert.ok(simulation.machines.every(({ template }) => template === "new"));
    assert.match(said.at(-1) ?? "", /uneven numbers of servers: Auto Scaling launches none in some/);
  });

  it("goes on while the cluster lists what has ended, and is done when it does no more", async () => {
    const simulation = outdated(3);
    simulation.notices = () => simulation.ended.length === 3;
    await simulation.rollout().run();
    const order = simulation.done.map((each) => each.split(" ")[0]);
    assert.deepEqual(order, ["end", "remove", "end", "remove", "end", "remove", "forget", "forget", "forget"]);
    assert.deepEqual(simulation.dead, []);
  });

  it("is not misled where a new server gets the address of the one that has just ended", async () => {
    const simulation = outdated(3);
    simulation.reuses = true;
    assert.equal(await simulation.rollout().run(), 3);
    assert.ok(simulation.machines.every(({ template }) => template === "new"));
    assert.equal(new Set(simulation.machines.map(({ address }) => address)).size, 3);
  });

  it("does nothing where nothing is old", async () => {
    assert.equal(await new Simulation(3, "new").rollout().run(), 0);
  });

  it("grows from 3 to 5, and shrinks from 5 to 3", async () => {
    const more = new Simulation(3, "old", 5);
    more.template = "new";
    // Auto Scaling makes a group as large as its new least size.
    await more.group.resize(5);
    await more.rollout({ servers: 5 }).run();
    assert.deepEqual([more.machines.length, more.desired], [5, 5]);
    const less = new Simulation(5, "old", 3);
    less.template = "new";
    less.desired = 4;
    await less.rollout({ servers: 3 }).run();
    assert.deepEqual([less.machines.length, less.desired], [3, 3]);
    assert.ok(less.machines.every(({ template }) => template === "new"));
    assert.ok(
      less.left.every((voters) => voters >= 3),
      less.left.join(),
    );
  });

  it("goes on from wherever another was interrupted", async () => {
    for (let look = 1; look < 30; look++) {
      const simulation = outdated(3);
      simulation.meanwhile = (now) => {
        if (now === look) throw new Error("interrupted");
      };
      const first = simulation.rollout();
      first.patienceMs = -1;
      await first.run().catch(() => undefined);
      simulation.meanwhile = () => undefined;
      await simulation.rollout().run();
      assert.ok(simulation.machines.every(({ template }) => template === "new"));
      assert.deepEqual([simulation.machines.length, simulation.desired, simulation.dead], [3, 3, []]);
    }
  });

  it("stops where a server is not healthy, and says which", async () => {
    const simulation = outdated(3);
    const [, second] = simulation.machines;
    assert.ok(second);
    second.looks = 1000;
    await assert.rejects(simulation.rollout().run(), (error) => {
      assert.ok(error instanceof Stopped);
      assert.match(
        error.message,
        /^Nomad is not healthy: i-2 \(10\.0\.0\.2\) is no healthy voter\. Nothing more is replaced/,
      );
      return true;
    });
    assert.deepEqual(simulation.ended, []);
  });

  it("stops where a new server does not come, with all others as they were, and says how to go on", async () => {
    const simulation = outdated(3, false);
    await assert.rejects(
      simulation.rollout({ timeoutSeconds: 0.05 }).run(),
      /the new server of Nomad, i-4 \(10\.0\.0\.4\), is no voter after 0\.05 s.*get-console-output .*i-4.*`pulumi up` goes on/,
    );
    assert.deepEqual(simulation.ended, []);
    assert.equal(simulation.voters.length, 3);
  });

  it("stops where nobody leads", async () => {
    const simulation = outdated(3);
    simulation.leader = undefined;
    await assert.rejects(simulation.rollout().run(), /does not answer: it has no leader\. Nothing more is replaced/);
    assert.deepEqual(simulation.ended, []);
  });

  it("never ends one that the cluster needs, whatever fails beside it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.nat(3), async (at, which) => {
        const simulation = outdated(3);
        simulation.meanwhile = (look) => {
          const machine = simulation.machines[which];
          if (look !== at || !machine) return;
          simulation.kill(machine.id);
          // Auto Scaling finds out, and launches another.
          void simulation.group.resize(simulation.desired);
        };
        await simulation
          .rollout()
          .run()
          .catch((error: unknown) => {
            assert.ok(error instanceof Stopped);
          });
        assert.ok(
          simulation.left.every((voters) => voters >= 3),
          simulation.left.join(),
        );
        simulation.meanwhile = () => undefined;
        await simulation.rollout().run();
        assert.ok(simulation.machines.every(({ template }) => template === "new"));
      }),
      { numRuns: 60 },
    );
  });
});
