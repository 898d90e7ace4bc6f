import assert from "node:assert/strict";
import { ConfigError, parseConfig } from "../../../config";
import { stackValues } from "../../support/stack-program";

/** The errors of the stack dev with some keys changed. */
function errorsOf(changes: Record<string, unknown>): string[] {
  try {
    parseConfig({ ...stackValues("dev"), ...changes });
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.errors;
  }
  return assert.fail("it is accepted");
}

const pool = (changes: object) => ({ name: "a", instanceTypes: ["t4g.micro"], ...changes });
const api = { allowedCidrs: ["198.51.100.0/24"] };

describe("bad input of a stack on AWS", () => {
  const cases: [what: string, changes: Record<string, unknown>, ...errors: RegExp[]][] = [
    ["2 Consul servers", { "cos:consul": { servers: 2 } }, /^cos:consul\.servers: must be 3 or 5, got 2/],
    ["4 Nomad servers", { "cos:nomad": { servers: 4 } }, /^cos:nomad\.servers: must be 3 or 5, got 4/],
    [
      "a pool whose least size is more than its largest",
      { "cos:nomad": { pools: [pool({ minSize: 3, maxSize: 2 })] }, "cos:ingresses": [] },
      /^cos:nomad\.pools\[0\]\.\w+: .*3.*2|^cos:nomad\.pools\[0\]\.\w+: .*2.*3/,
    ],
    [
      "tiers that overlap",
      {
        "cos:network": {
          tiers: [
            { name: "public", kind: "public", cidrBlocks: ["10.128.0.0/24", "10.128.1.0/24", "10.128.2.0/24"] },
            { name: "services", kind: "private", cidrBlocks: ["10.128.2.0/23", "10.128.4.0/24", "10.128.5.0/24"] },
          ],
        },
      },
      /^cos:network\.tiers\[1\]\.cidrBlocks.*10\.128\.2\.0/,
    ],
    [
      "a subnet outside of the VPC",
      {
        "cos:network": {
          tiers: [
            { name: "public", kind: "public", cidrBlocks: ["10.129.0.0/24", "10.128.1.0/24", "10.128.2.0/24"] },
            { name: "services", kind: "private", prefixLength: 20 },
          ],
        },
      },
      /^cos:network\.tiers\[0\]\.cidrBlocks\[0\]: .*10\.129\.0\.0\/24/,
    ],
    [
      "a zone twice",
      { "cos:network": { availabilityZones: ["eu-central-1a", "eu-central-1b", "eu-central-1a"] } },
      /^cos:network\.availabilityZones.*eu-central-1a/,
    ],
    [
      "two pools of one name",
      { "cos:nomad": { pools: [pool({}), pool({})] }, "cos:ingresses": [] },
      /^cos:nomad\.pools\[1\]\.name: "a" is already the name of/,
    ],
    [
      "a pool that is not there in an ingress",
      { "cos:ingresses": [{ name: "public", pools: ["nowhere"], protocol: "http" }] },
      /^cos:ingresses\[0\]\.pools\[0\]: there is no pool "nowhere"; there are: public-services, private-services$/,
    ],
    [
      "HTTPS without a certificate",
      { "cos:ingresses": [{ name: "public", pools: ["public-services"] }] },
      /^cos:ingresses\[0\]\.certificateArn: HTTPS needs a certificate/,
    ],
    [
      "two ingresses of one name",
      {
        "cos:ingresses": ["public-services", "private-services"].map((name) => ({
          name: "public",
          pools: [name],
          protocol: "http",
        })),
      },
      /^cos:ingresses\[1\]\.name: "public" is already the name of ingresses\[0\]$/,
    ],
    [
      "a mount point twice, one of the system, and a device twice",
      {
        "cos:ingresses": [],
        "cos:nomad": {
          pools: [
            pool({
              dataVolumes: [
                { device: "/dev/sdf", sizeGiB: 10, mountPoint: "/data" },
                { device: "/dev/sdf", sizeGiB: 10, mountPoint: "/data" },
                { device: "/dev/sdg", sizeGiB: 10, mountPoint: "/etc" },
              ],
            }),
          ],
        },
      },
      /^cos:nomad\.pools\[0\]\.dataVolumes\[1\]\.device: /,
      /^cos:nomad\.pools\[0\]\.dataVolumes\[2\]\.mountPoint: "\/etc" belongs to the system/,
      /^cos:nomad\.pools\[0\]\.dataVolumes\[1\]\.mountPoint: "\/data" is dataVolumes\[0\]\.mountPoint too/,
    ],
    [
      "an instance type that the image is not for",
      {
        "cos:image": { id: "ami-0123456789abcdef0", architecture: "arm64" },
        "cos:consul": { instanceType: "t3.micro" },
      },
      /^cos:consul\.instanceType: .*arm64.*t3\.micro|^cos:consul\.instanceType: .*t3\.micro.*arm64/,
    ],
    [
      "APIs that are open to the world",
      { "cos:apiAccess": { allowedCidrs: ["0.0.0.0/0"] } },
      /^cos:apiAccess\.allowedCidrs\[0\]: .*0\.0\.0\.0\/0/,
    ],
    ["no addresses for the APIs", { "cos:apiAccess": undefined }, /^cos:apiAccess: is missing, must be/],
    [
      "a tier that is not there",
      { "cos:consul": { tier: "inside" } },
      /^cos:consul\.tier: there is no tier "inside" in the network; there are: public, services, backoffice, content-connector$/,
    ],
    [
      "two networks",
      {
        "cos:network": {},
        "cos:existingNetwork": {
          vpcId: "vpc-0123456789abcdef0",
          subnetIds: {
            public: ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"],
            services: ["subnet-0123456789abcdef3"],
          },
        },
      },
      /^cos:existingNetwork: must not be given together with network/,
    ],
    [
      "a shared file system that is not there",
      { "cos:ingresses": [], "cos:nomad": { pools: [pool({ sharedFileSystemMountPoint: "/shared" })] } },
      /^cos:nomad\.pools\[0\]\.sharedFileSystemMountPoint: needs fileSystem/,
    ],
    [
      "a tag that IAM refuses, once",
      { "cos:tags": { owner: "a, b" } },
      /^cos:tags\["owner"\]: the value may have letters, digits, spaces and .*, got "a, b"$/,
    ],
    ["an unknown key", { "cos:nomad": { pool: [] } }, /^cos:nomad\.pool: unknown key; known here: .*pools/],
    [
      "values of another kind than is allowed",
      { "cos:network": { natGateways: "two" }, "cos:nomad": { pools: "none" } },
      /^cos:network\.natGateways: must be "single" or "one-per-az" or "none", got "two"$/,
      /^cos:nomad\.pools: must be a list, or "terraform-cos" .*, got "none"$/,
    ],
  ];
  for (const [what, changes, ...wanted] of cases) {
    it(`is named: ${what}`, () => {
      const errors = errorsOf(changes);
      assert.equal(errors.length, wanted.length, errors.join("\n"));
      wanted.forEach((pattern, i) => {
        assert.match(errors[i] ?? "", pattern);
      });
    });
  }

  it("is named all at once, of all parts, also where some values are not even of the right kind", () => {
    const errors = errorsOf({
      "cos:consul": { servers: 2 },
      "cos:network": { availabilityZones: ["a", "a", "b"] },
      "cos:nomad": { servers: 4, pools: [pool({ minSize: 2, maxSize: 1 }), pool({})] },
      "cos:ingresses": [{ name: "public", pools: ["nowhere"] }],
      "cos:apiAccess": { allowedCidrs: ["0.0.0.0/0"] },
      "cos:uiAccess": 7,
    });
    const paths = errors.map((error) =>
      error
        .split(":")
        .slice(0, 2)
        .join(":")
        .replace(/\[\d+\]$/, ""),
    );
    for (const path of [
      "cos:consul.servers",
      "cos:network.availabilityZones",
      "cos:nomad.servers",
      "cos:nomad.pools[1].name",
      "cos:ingresses[0].pools",
      "cos:ingresses[0].certificateArn",
      "cos:apiAccess.allowedCidrs",
      "cos:uiAccess",
    ]) {
      assert.ok(paths.includes(path), `${path} is not in\n${errors.join("\n")}`);
    }
  });

  it("does not show what is wrong with a secret", () => {
    const values = { ...stackValues("dev"), "cos:apiAccess": { allowedCidrs: ["0.0.0.0/0"] } };
    assert.throws(
      () => parseConfig(values, (key) => key === "cos:apiAccess"),
      (error: ConfigError) => error.errors.every((text) => text.endsWith("its value is a secret, and not shown")),
    );
  });

  it("is none with the four datacenters of terraform-cos, and with everything that there is", () => {
    const everything = {
      "cos:nomad": { pools: "terraform-cos" },
      "cos:uiAccess": { ...api, protocol: "http" },
      "cos:bastion": { ...api, keyName: "ops" },
      "cos:registry": { repositories: ["shop/api"] },
      "cos:fileSystem": { throughput: "bursting" },
      "cos:apiAccess": { ...api, scheme: "internal" },
    };
    const config = parseConfig({ ...stackValues("dev"), ...everything });
    assert.ok(config.target === "aws");
    assert.deepEqual(
      config.cos.nomad?.pools?.map(({ name }) => name),
      ["public-services", "private-services", "backoffice", "content-connector"],
    );
  });
});
