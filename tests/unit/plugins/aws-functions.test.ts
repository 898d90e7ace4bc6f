import assert from "node:assert/strict";
import { Aws } from "./aws-support";

const images = [
  {
    id: "ami-1",
    name: "cos-1.0.0-amd64",
    ownerId: "123456789012",
    architecture: "x86_64",
    creationDate: "2026-01-01T00:00:00.000Z",
    tags: { nomad: "2.0.5" },
  },
  {
    id: "ami-2",
    name: "cos-1.1.0-amd64",
    ownerId: "123456789012",
    architecture: "x86_64",
    creationDate: "2026-02-01T00:00:00.000Z",
  },
  {
    id: "ami-3",
    name: "cos-1.1.0-arm64",
    ownerId: "123456789012",
    architecture: "arm64",
    creationDate: "2026-02-02T00:00:00.000Z",
  },
  {
    id: "ami-4",
    name: "cos-1.2.0-amd64",
    ownerId: "999999999999",
    architecture: "x86_64",
    creationDate: "2026-03-01T00:00:00.000Z",
  },
];

describe("the stand-in aws plugin's functions", () => {
  const aws = new Aws({}, { COS_STAND_IN_AWS_IMAGES: JSON.stringify(images) });
  const amiIds = async (inputs: Parameters<Aws["invoke"]>[1]) =>
    (await aws.invoke("aws:ec2/getAmiIds:getAmiIds", inputs))["ids"];
  const filter = (name: string, ...values: string[]) => ({ name, values });

  it("find images by owner, name, architecture and tags, the newest first", async () => {
    assert.deepEqual(await amiIds({ owners: ["self"] }), ["ami-3", "ami-2", "ami-1"]);
    const amd64 = [filter("architecture", "x86_64"), filter("name", "cos-1.*"), filter("state", "available")];
    assert.deepEqual(await amiIds({ owners: ["self", "999999999999"], filters: amd64 }), ["ami-4", "ami-2", "ami-1"]);
    assert.deepEqual(await amiIds({ owners: ["self"], filters: [filter("tag:nomad", "2.0.5")] }), ["ami-1"]);
    assert.deepEqual(await amiIds({ owners: ["self"], nameRegex: "^cos-1\\.1", sortAscending: true }), [
      "ami-2",
      "ami-3",
    ]);
    await assert.rejects(
      amiIds({ owners: ["self"], filters: [filter("hue", "x")] }),
      /does not implement the filter "hue"/,
    );
  });

  it("want one image, or the newest", async () => {
    const ami = (inputs: Parameters<Aws["invoke"]>[1]) => aws.invoke("aws:ec2/getAmi:getAmi", inputs);
    await assert.rejects(ami({ owners: ["self"] }), /more than one result/);
    await assert.rejects(ami({ owners: ["1"], mostRecent: true }), /Your query returned no results/);
    const newest = await ami({ owners: ["self"], mostRecent: true, filters: [filter("architecture", "x86_64")] });
    assert.equal(newest["id"], "ami-2");
    assert.equal(newest["architecture"], "x86_64");
    assert.equal(newest["rootDeviceName"], "/dev/xvda");
  });

  it("refuse a list of images that is none", () => {
    const env = { COS_STAND_IN_AWS_IMAGES: '[{ "id": "ami-1" }]' };
    assert.throws(() => new Aws({}, env), /COS_STAND_IN_AWS_IMAGES must be a list of images/);
  });

  it("refuse arguments that there are not", async () => {
    await assert.rejects(aws.invoke("aws:ec2/getAmi:getAmi", { owner: ["self"] }), /there is no property "owner"/);
    await assert.rejects(aws.invoke("aws:ec2/getAmiIds:getAmiIds"), /missing required property "owners"/);
  });

  it("know the region, its zones and the account", async () => {
    const region = await aws.invoke("aws:index/getRegion:getRegion");
    assert.deepEqual([region["region"], region["name"]], ["eu-central-1", "eu-central-1"]);
    const zones = await aws.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", { state: "available" });
    assert.deepEqual(zones["names"], ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    assert.deepEqual(zones["zoneIds"], ["euc1-az1", "euc1-az2", "euc1-az3"]);
    assert.equal((await aws.invoke("aws:index/getCallerIdentity:getCallerIdentity"))["accountId"], "123456789012");
    const { partition, dnsSuffix } = await aws.invoke("aws:index/getPartition:getPartition");
    assert.deepEqual([partition, dnsSuffix], ["aws", "amazonaws.com"]);
    const principal = await aws.invoke("aws:index/getServicePrincipal:getServicePrincipal", { serviceName: "ec2" });
    assert.equal(principal["name"], "ec2.amazonaws.com");
  });

  it("know prefix lists of AWS and its published ranges", async () => {
    const name = "com.amazonaws.eu-central-1.s3";
    const list = await aws.invoke("aws:ec2/getPrefixList:getPrefixList", { name });
    const managed = await aws.invoke("aws:ec2/getManagedPrefixList:getManagedPrefixList", { name });
    assert.match(list["id"] as string, /^pl-[0-9a-f]{8}$/);
    assert.equal(managed["id"], list["id"]);
    assert.deepEqual(
      managed["entries"],
      (list["cidrBlocks"] as string[]).map((cidr) => ({ cidr, description: "" })),
    );
    await assert.rejects(aws.invoke("aws:ec2/getPrefixList:getPrefixList", { name: "x" }), /no matching/);
    const ranges = { services: ["ec2", "S3"], regions: ["eu-central-1"] };
    const found = await aws.invoke("aws:index/getIpRanges:getIpRanges", ranges);
    assert.equal((found["cidrBlocks"] as string[]).length, 4);
    await assert.rejects(aws.invoke("aws:index/getIpRanges:getIpRanges", { services: ["x"] }), /No IP ranges/);
  });
});
