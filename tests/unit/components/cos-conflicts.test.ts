import assert from "node:assert/strict";
import type { CosArgs } from "../../../components";
import { cosErrors } from "../../../components/cos/args";
import { existingNetwork as existing, onePool as pool, smallestCos } from "../../support/cos-arguments";

describe("options of Cos that do not fit together", () => {
  const uiAccess = { allowedCidrs: ["198.51.100.0/24"], protocol: "http" as const };
  const web = {
    nomad: { pools: [pool] },
    ingresses: [{ name: "public", pools: ["web"], protocol: "http" as const }],
  };
  const cases: [what: string, changes: Partial<CosArgs>, errors: Record<string, RegExp>][] = [
    ["a port for fabio's UI, where there is one", { ...web, uiAccess: { ...uiAccess, ports: { fabio: 80 } } }, {}],
    [
      "a port for fabio's UI, where there is none",
      { uiAccess: { ...uiAccess, ports: { fabio: 80 } } },
      { "uiAccess.ports.fabio": /^is of no use/ },
    ],
    [
      "the port that fabio's UI has",
      { ...web, uiAccess: { ...uiAccess, ports: { consul: 9998 } } },
      { "uiAccess.ports.fabio": /^9998 is the port of consul already$/ },
    ],
    [
      "host names without one for fabio's UI",
      { ...web, uiAccess: { ...uiAccess, hosts: { consul: "consul.example.com", nomad: "nomad.example.com" } } },
      { "uiAccess.hosts.fabio": /^must be the host name of fabio/ },
    ],
    [
      "a mount point of the shared file system that is the system's, and one that is a disk's",
      {
        fileSystem: {},
        nomad: {
          pools: [
            { ...pool, sharedFileSystemMountPoint: "/etc" },
            {
              ...pool,
              name: "jobs",
              fileSystems: [{ id: "fs-0123456789abcdef0", mountPoint: "var" }],
              dataVolumes: [{ device: "/dev/sdf", sizeGiB: 10, mountPoint: "/data" }],
              sharedFileSystemMountPoint: "/data",
            },
          ],
        },
      },
      {
        "nomad.pools[0].sharedFileSystemMountPoint": /^"\/etc" belongs to the system/,
        "nomad.pools[1].fileSystems[0].mountPoint": /^must be an absolute path/,
        "nomad.pools[1].sharedFileSystemMountPoint": /^"\/data" is dataVolumes\[0\]\.mountPoint too$/,
      },
    ],
    [
      "an ID that is none of a subnet, which is one error wherever the tier is used",
      { existingNetwork: { ...existing, subnetIds: { ...existing.subnetIds, services: ["sub-1"] } } },
      { "existingNetwork.subnetIds.services[0]": /^must be the ID of a subnet/ },
    ],
    [
      "an internal ingress in an existing network with addresses that are not known",
      {
        ...web,
        existingNetwork: { ...existing, cidrBlock: undefined },
        ingresses: [{ name: "staff", pools: ["web"], scheme: "internal", protocol: "http" }],
      },
      { "ingresses[0].allowedCidrs": /^must say for scheme: "internal" who may use/ },
    ],
  ];
  for (const [what, changes, expected] of cases) {
    const count = Object.keys(expected).length;
    it(`are ${count === 0 ? "accepted" : "refused"}: ${what}`, () => {
      const errors = cosErrors({ ...smallestCos, ...changes });
      assert.deepEqual(errors.map(({ propertyPath }) => propertyPath).sort(), Object.keys(expected).sort());
      for (const { propertyPath, reason } of errors) assert.match(reason, expected[propertyPath] ?? /^$/);
    });
  }
});
