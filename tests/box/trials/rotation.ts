import assert from "node:assert/strict";
import { defaultTiers } from "../../../components/network/defaults";
import { stackValues } from "../../support/stack-program";
import { attempts, headers, identities, type Product, products, productsOf, undecipherable } from "./attempts";
import type { BoxUnderTest } from "./box-under-test";

/** All that can be rotated, by these names of its secrets. */
const security = (keys: string[]) => ({
  "cos:security": {
    ...{ gossip: { consul: { keys }, nomad: { keys } }, tls: { authorities: keys }, acl: { secrets: keys } },
  },
});

/** What a client's programs are let in with. */
const credentials = ["/etc/cos/consul-token", "/etc/cos/nomad-login"];

/**
 * How what keeps others out is changed.
 *
 * @param all whether the load balancer of the APIs is replaced, too
 */
export function rotation(tested: BoxUnderTest, all: boolean): void {
  const { keysOf, answerOf, outside, managementToken, authorities, isRefused } = attempts(tested);

  describe("the rotation of its secrets", () => {
    it("changes keys of gossip, the authority, all certificates and all tokens of nodes without a failed request, and the old ones open nothing then", async () => {
      const before = await Promise.all(products.map(keysOf));
      const [client] = await tested.cluster.hosts("private-services");
      assert.ok(client);
      const old = { consul: "/run/old-consul.pem", nomad: "/run/old-nomad.pem" };
      for (const product of products) await tested.cluster.exec(client.name, "cp", identities[product], old[product]);
      const [oldToken, oldProof] = await Promise.all(
        credentials.map((file) => tested.cluster.exec(client.name, "cat", file)),
      );
      const management = () => Promise.all(products.map((product) => managementToken(product)));
      const oldManagement = await management();
      const { failures } = await tested.trial(
        "keys of gossip, the authority and tokens changed in three steps",
        async () => {
          const changes = [];
          // From now on, for to take it back would be a rotation again.
          tested.base = security(["2"]);
          for (const keys of [["1", "2"], ["2", "1"], ["2"]]) {
            changes.push(await tested.change(security(keys)));
            for (const product of products) {
              const kept = await keysOf(product);
              assert.ok(
                kept.every(({ length }) => length === keys.length),
                `${product} has ${keys.join(" and ")}`,
              );
              assert.equal(new Set(kept.map((ring) => ring.join())).size, 1);
            }
            for (const { name } of await tested.cluster.hosts()) {
              for (const product of productsOf(name)) {
                const trusted = await tested.cluster.exec(name, "cat", `/etc/${product}.d/tls/ca.pem`);
                assert.equal(trusted.match(/BEGIN CERTIFICATE/g)?.length, keys.length, `${product} of ${name}`);
              }
            }
          }
          return changes;
        },
      );
      assert.deepEqual(failures, []);
      const after = await Promise.all(products.map(keysOf));
      for (const [i] of products.entries()) assert.notDeepEqual(after[i], before[i]);
      const [oldKey] = before[0]?.[0] ?? [];
      await isRefused(undecipherable, `-encrypt=${oldKey}`);
      for (const product of products) {
        assert.equal(await answerOf(product, identities[product]), "accepted");
        assert.match(await answerOf(product, old[product]), /^refused: .*(UNKNOWN_CA|BAD_CERTIFICATE)/, product);
        await tested.cluster.exec(client.name, "rm", old[product]);
      }
      const ca = ["--cacert", await authorities()];
      const token = ["--header", `${headers.consul}: ${oldToken?.trim() ?? ""}`];
      assert.match(await outside("consul", "https", "catalog/nodes", ...ca, ...token), /ACL not found/);
      const proof = JSON.stringify({ AuthMethodName: "cos", LoginToken: oldProof?.trim() });
      assert.match(
        await outside("nomad", "https", "acl/login", ...ca, "--request", "POST", "--data", proof),
        /no known key successfully validated the token signature/,
      );
      const rightOf = async (i: number, of: string[]) => {
        const product = products[i] ?? "consul";
        return outside(product, "https", "acl/tokens", ...ca, "--header", `${headers[product]}: ${of[i] ?? ""}`);
      };
      const newManagement = await management();
      // Consul would bring back what a leader has been started with.
      const restarted = await tested.trial("Consul's leader restarted", async () => {
        const leader = await tested.cluster.leader("consul");
        await tested.cluster.exec(leader?.name ?? "", "systemctl", "restart", "consul");
        await tested.cluster.until("another server leads", async () => {
          const next = await tested.cluster.leader("consul");
          return next !== undefined && next.id !== leader?.id;
        });
        return [];
      });
      assert.deepEqual(restarted.failures, []);
      assert.match(await rightOf(0, newManagement), /^\[/);
      assert.match(await rightOf(0, oldManagement), /ACL not found/);
      assert.match(await rightOf(1, newManagement), /^\[/);
      assert.match(await rightOf(1, oldManagement), /Permission denied|ACL token not found/);
    });

    if (all) {
      it("takes another load balancer of the APIs, for whose name the servers' certificates are then", async () => {
        const asked = async (product: Product) =>
          outside(product, "https", "status/leader", "--cacert", await authorities(), "--fail");
        const nameOf = async () =>
          (await tested.box.status()).balancers
            .filter(({ name }) => name.includes("-nlb-"))
            .map(({ dnsName }) => dnsName);
        const before = await nameOf();
        const tiers = [...defaultTiers, { name: "edge", kind: "public", prefixLength: 24 }];
        const moved = {
          "cos:network": { ...(stackValues("dev")["cos:network"] as object | undefined), tiers },
          "cos:apiAccess": { ...(stackValues("dev")["cos:apiAccess"] as object), tier: "edge" },
        };
        const { failures } = await tested.trial("another load balancer of the APIs", async () => [
          await tested.change(moved),
        ]);
        assert.deepEqual(failures, []);
        const after = await nameOf();
        assert.equal(after.length, 1);
        assert.notDeepEqual(after, before);
        for (const product of products) assert.match(await asked(product), /^"[\d.]+:\d+"$/, product);
        await tested.change({});
      });
    }

    if (all) {
      it("stops an `up` that has other tokens in one step, and is mended by giving the old ones back", async () => {
        const { failures } = await tested.trial("other tokens in one step", async () => {
          const { gossip, tls } = security(["2"])["cos:security"];
          const { exitCode, text } = await tested.tryUp({
            "cos:security": { gossip, tls, acl: { secrets: ["3"] } },
          });
          assert.notEqual(exitCode, 0);
          assert.match(
            text,
            /it has taken another management token before\. Where that is to be changed, name it beside/,
          );
          return [await tested.change({})];
        });
        assert.deepEqual(failures, []);
      });
    }

    it("stops an `up` that would end trust in the authority of the servers, and is mended by giving it back", async () => {
      const { failures } = await tested.trial("another authority in one step", async () => {
        const { exitCode, text } = await tested.tryUp(security(["3"]));
        assert.notEqual(exitCode, 0);
        assert.match(text, /its certificate is by none of the authorities that are trusted here/);
        return [await tested.change({})];
      });
      assert.deepEqual(failures, []);
    });
  });
}
