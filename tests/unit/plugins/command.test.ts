import assert from "node:assert/strict";
import { commandStandIn } from "../../../plugins/command/command";
import { Provider, type Target } from "../../../plugins/provider";
import { UNKNOWN, type ValueMap, plainMap, secret } from "../../../plugins/value";

const target: Target = {
  urn: "urn:pulumi:stack::project::command:local:Command::it",
  type: "command:local:Command",
  name: "it",
};

describe("command:local:Command", () => {
  let shown: { urn: string; message: string }[];
  let provider: Provider<unknown>;

  beforeEach(() => {
    shown = [];
    const status = (urn: string, message: string) => {
      shown.push({ urn, message });
      return Promise.resolve();
    };
    provider = new Provider(commandStandIn({ status }));
    provider.configure({});
  });

  const create = async (inputs: ValueMap) => plainMap((await provider.create(target, inputs, false)).outputs);
  const update = async (state: ValueMap, inputs: ValueMap) =>
    plainMap(await provider.update(target, "it1", state, {}, inputs, false));
  const differences = async (olds: ValueMap, news: ValueMap) =>
    (await provider.diff(target, "it1", olds, olds, news)).differences;
  const check = (news: ValueMap) => provider.check(target, {}, news, { seed: new Uint8Array() });

  describe("check", () => {
    it("takes the inputs as they are", () => {
      const inputs = { create: "true", triggers: [1, { a: [null] }], environment: { A: "b" }, logging: "none" };
      assert.deepEqual(check(inputs), { inputs, failures: [] });
    });

    it("refuses what it does not implement, and what there is not", () => {
      const { failures } = check({ assetPaths: ["*"], archivePaths: ["*"], creat: "true" });
      assert.deepEqual(failures.map(({ property }) => property).sort(), ["archivePaths", "assetPaths", "creat"]);
      assert.match(
        failures.map(({ reason }) => reason).join("\n"),
        /stand-in command plugin does not implement "assetPaths"/,
      );
    });

    it("refuses another kind of logging", () => {
      assert.deepEqual(check({ logging: "both" }).failures, [
        { property: "logging", reason: '"logging" is "both"; it is one of stdout, stderr, stdoutAndStderr, none' },
      ]);
      assert.deepEqual(check({ logging: UNKNOWN }).failures, []);
    });

    it("refuses other resources of the plugin by name", () => {
      const remote = { ...target, type: "command:remote:Command" };
      assert.throws(() => provider.check(remote, {}, {}, { seed: new Uint8Array() }), /command:remote:Command/);
    });
  });

  describe("diff", () => {
    it("replaces when a trigger changes, and updates otherwise", async () => {
      assert.deepEqual(await differences({ triggers: [1] }, { triggers: [2] }), {
        triggers: { kind: "update", replaces: true, input: true },
      });
      assert.deepEqual(await differences({ create: "a" }, { create: "b" }), {
        create: { kind: "update", replaces: false, input: true },
      });
      assert.deepEqual(await differences({ create: "a", triggers: [1] }, { create: "a", triggers: [1] }), {});
    });
  });

  describe("create", () => {
    it("runs the command, shows its lines, and keeps what it wrote", async () => {
      const outputs = await create({ create: "echo out; echo err >&2" });
      assert.deepEqual(outputs, { create: "echo out; echo err >&2", stdout: "out", stderr: "err" });
      assert.deepEqual(shown.map(({ message }) => message).sort(), ["err", "out"]);
      assert.ok(shown.every(({ urn }) => urn === target.urn));
    });

    it("shows the lines in their order", async () => {
      await create({ create: "seq 1 500" });
      assert.deepEqual(
        shown.map(({ message }) => message),
        Array.from({ length: 500 }, (_, index) => `${index + 1}`),
      );
    });

    it("shows what logging says", async () => {
      const shownWith = async (logging: string) => {
        shown = [];
        await create({ create: "echo out; echo err >&2", logging });
        return shown.map(({ message }) => message).sort();
      };
      assert.deepEqual(await shownWith("none"), []);
      assert.deepEqual(await shownWith("stdout"), ["out"]);
      assert.deepEqual(await shownWith("stderr"), ["err"]);
      assert.deepEqual(await shownWith("stdoutAndStderr"), ["err", "out"]);
    });

    it("adds the environment to the plugin's own", async () => {
      const { stdout } = await create({ create: 'echo "$NAME${PATH:+ and a path}"', environment: { NAME: "value" } });
      assert.equal(stdout, "value and a path");
    });

    it("keeps what it wrote secret when any input is", async () => {
      const environment = { WORD: secret("abracadabra") };
      const { outputs } = await provider.create(target, { create: 'echo "$WORD"', environment }, false);
      assert.deepEqual(outputs, {
        create: 'echo "$WORD"',
        environment,
        stdout: secret("abracadabra"),
        stderr: secret(""),
      });
    });

    it("runs nothing without a command", async () => {
      assert.deepEqual(await create({ update: "exit 1" }), { update: "exit 1", stdout: "", stderr: "" });
    });

    it("makes a new id each time, from the name", async () => {
      const ids = await Promise.all([1, 2].map(async () => (await provider.create(target, {}, false)).id));
      assert.ok(ids.every((id) => /^it[0-9a-f]{8}$/.test(id)));
      assert.notEqual(ids[0], ids[1]);
    });

    it("runs nothing in a preview, whose outputs are unknown", async () => {
      const { outputs } = await provider.create(target, { create: "exit 1" }, true);
      assert.deepEqual(outputs, { create: "exit 1", stdout: UNKNOWN, stderr: UNKNOWN });
    });
  });

  describe("update", () => {
    const state = { create: "exit 1", stdout: "old out", stderr: "old err" };

    it("runs the update command, or else the create command", async () => {
      assert.equal((await update(state, { create: "exit 1", update: "echo updated" }))["stdout"], "updated");
      assert.equal((await update(state, { create: "echo created again" }))["stdout"], "created again");
    });

    it("keeps the output where there is no command", async () => {
      assert.deepEqual(await update(state, { delete: "true" }), {
        delete: "true",
        stdout: "old out",
        stderr: "old err",
      });
    });

    it("tells the command what the last one wrote, unless it is not to", async () => {
      const command = 'echo "[$PULUMI_COMMAND_STDOUT] [$PULUMI_COMMAND_STDERR]"';
      assert.equal((await update(state, { update: command }))["stdout"], "[old out] [old err]");
      const silent = { update: command, addPreviousOutputInEnv: false };
      assert.equal((await update(state, silent))["stdout"], "[] []");
    });

    it("knows in a preview that a changed command may write anything", async () => {
      const preview = (news: ValueMap) => provider.update(target, "it1", state, {}, news, true);
      assert.equal((await preview({ create: "exit 2" }))["stdout"], UNKNOWN);
      assert.equal((await preview({ create: UNKNOWN }))["stdout"], UNKNOWN);
      assert.equal((await preview({ create: "exit 1", delete: "true" }))["stdout"], "old out");
    });
  });

  describe("delete", () => {
    it("runs the delete command with the state's settings", async () => {
      const settings = { environment: { NAME: "value" }, interpreter: ["/bin/sh", "-ec"], stdout: "old out" };
      const fails = { ...settings, delete: 'echo "$NAME, $PULUMI_COMMAND_STDOUT"; exit 4' };
      await assert.rejects(provider.delete(target, "it1", fails), /^Error: exit status 4: .*\nvalue, old out\n$/s);
    });

    it("runs nothing without a command", async () => {
      await provider.delete(target, "it1", { create: "exit 1", update: "exit 1" });
    });
  });

  it("ends the command when the user cancels", async () => {
    const created = create({ create: "echo started; sleep 600" });
    while (shown.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    provider.cancel();
    await assert.rejects(created, /^Error: signal: killed: running "echo started; sleep 600":\nstarted\n/);
  });
});
