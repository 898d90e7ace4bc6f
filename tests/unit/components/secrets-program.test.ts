import assert from "node:assert/strict";
import { apply } from "../../../components/cluster-settings/secrets.mjs";
import { runProgram } from "../../support/settings-program";
import { useHttpDouble } from "../../support/http-double";

const name = "/cos/blue/client/consul-certificate";
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64");

describe("the program for new versions of secrets", function () {
  this.timeout(30_000);
  const consul = useHttpDouble();
  /** What nodes say that they have, by their clusters and names. */
  let said: Record<string, Record<string, number>>;
  /** What the nodes have been told. */
  let wanted: unknown;
  /** What happens when the nodes are asked for. */
  let asked: () => void;

  beforeEach(() => {
    said = {};
    wanted = undefined;
    asked = () => undefined;
    const node = (Node: string, Meta: object = { instance_id: `i-${Node}` }) => ({ Node, Meta });
    consul().answers["/v1/kv/cos/blue/secrets/wanted"] = ({ method, body }) => {
      assert.equal(method, "PUT");
      wanted = JSON.parse(body);
      return { body: "true" };
    };
    consul().answers["/v1/catalog/nodes"] = () => {
      asked();
      return { body: [node("a"), node("b"), node("dead"), node("not-ours", {})] };
    };
    consul().answers["/v1/health/state/critical"] = {
      body: [
        { Node: "dead", CheckID: "serfHealth" },
        { Node: "b", CheckID: "of-a-service" },
      ],
    };
    consul().answers["/v1/kv/cos/"] = () => ({
      body: [
        { Key: "cos/blue/secrets/wanted", Value: base64({ [name]: 2 }) },
        ...Object.entries(said).map(([key, value]) => {
          const [cluster, node] = key.split(" ");
          return { Key: `cos/${cluster}/secrets/nodes/${node}`, Value: base64(value) };
        }),
      ],
    });
  });

  const run = (waits: boolean) =>
    runProgram(
      `import { main } from "pulumi-cos/secrets"; await main({ waits: ${waits} });`,
      { CONSUL_HTTP_ADDR: consul().url, NOMAD_ADDR: "http://nomad.example:4646" },
      { COS_SECRETS: JSON.stringify({ consul: { cluster: "blue", versions: { [name]: 2 } } }) },
    );
  const api = () => ({
    ...{ product: "Consul" as const, url: consul().url },
  });

  it("tells nodes what they are to have, and does not wait for them where none runs yet", async () => {
    assert.deepEqual(await run(false), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(wanted, { [name]: 2 });
    assert.equal(consul().requests.length, 1);
  });

  it("waits until each node that is there has them, of which cluster it may be", async () => {
    said = { "blue a": { [name]: 1 } };
    let rounds = 0;
    asked = () => {
      rounds++;
      if (rounds === 2) said = { "blue a": { [name]: 2 }, "green b": { "/cos/green/client/consul-certificate": 1 } };
    };
    const { code, stdout, stderr } = await run(true);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.equal(stdout, "Consul: all nodes have their present secrets");
    assert.ok(rounds > 1, "it has looked again");
  });

  it("forgets what nodes of the cluster have said that are gone", async () => {
    said = { "blue a": { [name]: 2 }, "blue b": { [name]: 2 }, "blue dead": {}, "blue gone": {}, "green gone": {} };
    consul().answers["/v1/kv/cos/blue/secrets/nodes/gone"] = { body: "true" };
    assert.equal((await run(true)).code, 0);
    const deleted = consul().requests.filter(({ method }) => method === "DELETE");
    assert.deepEqual(
      deleted.map(({ url }) => url),
      ["/v1/kv/cos/blue/secrets/nodes/gone"],
    );
  });

  it("names the nodes that do not get them, and what to do", async () => {
    said = { "blue a": { [name]: 1 } };
    await assert.rejects(apply(api(), { cluster: "blue", versions: { [name]: 2 }, waits: true }, 0), ({ message }) => {
      assert.match(
        message as string,
        /^secrets do not reach the nodes of blue through Consul at http:\S+: nodes do not/,
      );
      assert.match(message as string, /do not have them: a, b; `journalctl -u cos-secrets` on each says why/);
      return true;
    });
  });

  it("goes on where Consul has no leader for a moment, and says which right is missing", async () => {
    const { ["/v1/catalog/nodes"]: found } = consul().answers;
    said = { "blue a": { [name]: 2 }, "blue b": { [name]: 3 } };
    let asks = 0;
    consul().answers["/v1/catalog/nodes"] = (request) =>
      asks++ === 0
        ? { status: 500, body: "No cluster leader" }
        : typeof found === "function"
          ? found(request)
          : (found ?? { body: [] });
    assert.equal((await run(true)).code, 0);
    consul().answers["/v1/kv/cos/blue/secrets/wanted"] = { status: 403, body: "Permission denied" };
    const { code, stderr } = await run(true);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /HTTP 403 Permission denied; CONSUL_HTTP_TOKEN must hold a token with the right key:write for cos\/blue\/secrets\/$/,
    );
  });
});
