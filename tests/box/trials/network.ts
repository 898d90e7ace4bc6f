import assert from "node:assert/strict";
import { run } from "../../support/command";
import { isAllowed, ports, type Role } from "../port-graph";
import { answering, type Target } from "../probe";
import type { BoxUnderTest } from "./box-under-test";

const kinds: Partial<Record<Role, string>> = {
  consul: "consul-server",
  nomad: "nomad-server",
  ingress: "public-services",
  client: "private-services",
};
const nodeRoles = Object.keys(kinds) as Role[];

/** Who can connect to whom. */
export function network(tested: BoxUnderTest): void {
  describe("its network", () => {
    /** Ports on which a host listens for others, of those that are tried. */
    async function listening(host: string): Promise<number[]> {
      const sockets = await tested.cluster.exec(host, "ss", "--listening", "--tcp", "--numeric", "--no-header");
      const locals = sockets.split("\n").map((line) => line.trim().split(/\s+/)[3] ?? "");
      const open = locals
        .filter((local) => !/^(127\.|\[::1\]|169\.254\.)/.test(local))
        .map((local) => Number(local.split(":").at(-1)));
      return ports.tcp.filter((port) => open.includes(port));
    }

    async function reached(from: string, targets: Target[]): Promise<Target[]> {
      const [file = "", ...args] = await tested.box.inNetworkOf(from);
      return answering({ run: (command, options) => run(file, [...args, ...command], options) }, targets, 3);
    }

    it("lets nodes connect to what the port graph says, and to nothing else", async () => {
      const hosts = await tested.cluster.hosts();
      const ofRole = (role: Role) => hosts.filter(({ name }) => name.startsWith(kinds[role] ?? ""));
      const open = new Map<string, number[]>();
      for (const { name } of hosts) open.set(name, await listening(name));
      for (const from of nodeRoles) {
        const [source] = ofRole(from);
        assert.ok(source);
        const others = nodeRoles
          .flatMap((to) => ofRole(to).map((host) => ({ to, host })))
          .filter(({ host }) => host !== source);
        const targets = others.flatMap(({ host }) => ports.tcp.map((port): Target => [host.address, "tcp", port]));
        const wanted = others.flatMap(({ to, host }) =>
          (open.get(host.name) ?? [])
            .filter((port) => isAllowed(from, to, "tcp", port))
            .map((port) => `${host.address}:${port}`),
        );
        const found = (await reached(source.name, targets)).map(([address, , port]) => `${address}:${port}`);
        assert.deepEqual(found.sort(), wanted.sort(), source.name);
        assert.ok(wanted.length > 0);
      }
    });

    it("lets the outside connect to the load balancers only", async () => {
      const { balancers } = await tested.box.status();
      const all = [...(await tested.cluster.hosts()), ...balancers].map(({ address }) => address);
      const targets = all.flatMap((address) => ports.tcp.map((port): Target => [address, "tcp", port]));
      const found = (await reached("operator", targets)).map(([address, , port]) => `${address}:${port}`);
      const wanted = balancers.flatMap(({ address, health }) =>
        Object.keys(health).map((port) => `${address}:${port}`),
      );
      assert.deepEqual(found.sort(), wanted.sort());
    });
  });
}
