import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { useDirectory } from "../support/directory";
import { RepositoryStack } from "../support/repository-stack";
import { awsStub } from "../unit/cli/aws-stub";

const config = { "aws:region": "eu-central-1" };
const image = { ImageId: "ami-0123456789abcdef0", Name: "x", CreationDate: "2026-01-01", Architecture: "arm64" };

describe("an image that is baked on `up`", function () {
  this.timeout(120_000);
  const directory = useDirectory("image-bake");
  const path = process.env.PATH;
  let stack: RepositoryStack;

  beforeEach(async () => {
    // An account that has an image of whatever inputs: Packer is not needed, the way to it is.
    const stub = awsStub((name, text) => directory.write(name, text), { "ec2 describe-images": { Images: [image] } });
    process.env.PATH = [stub.PATH, path].join(delimiter);
    const program = { directory: join(__dirname, "image-bake"), project: "image-bake", config };
    stack = await RepositoryStack.create("test", {}, program);
  });
  afterEach(async () => {
    process.env.PATH = path;
    await stack.remove();
  });

  const asked = () => directory.read("calls").match(/^ec2 describe-images .*cos-inputs/gm)?.length ?? 0;

  it("is asked for once, and again when its inputs change", async () => {
    const first = await stack.up();
    assert.equal(first.exitCode, 0, first.text);
    assert.match(first.text, /ami-0123456789abcdef0 was made of the same/);
    assert.deepEqual(await stack.outputs(), { imageId: image.ImageId });
    assert.equal(asked(), 1);

    const second = await stack.up();
    assert.equal(second.exitCode, 0, second.text);
    assert.deepEqual(second.steps, {});
    assert.equal(asked(), 1);

    await stack.configure({ "image-bake:java": true });
    const third = await stack.up();
    assert.equal(third.exitCode, 0, third.text);
    assert.deepEqual(Object.keys(third.steps), ["image-bake"]);
    assert.equal(third.steps["image-bake"]?.op, "replace");
    assert.equal(asked(), 2);

    const gone = await stack.destroy();
    assert.equal(gone.exitCode, 0, gone.text);
    assert.doesNotMatch(directory.read("calls"), /deregister/);
  });

  it("that cannot be baked fails the update, and says why", async () => {
    awsStub((name, text) => directory.write(name, text), {
      "ec2 describe-images": { refused: "UnauthorizedOperation" },
    });
    const { exitCode, text } = await stack.up();
    assert.notEqual(exitCode, 0);
    assert.match(text, /aws ec2 describe-images: no/);
  });
});
