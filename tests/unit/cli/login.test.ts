import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { AwsError } from "../../../cli/aws";
import { UserError } from "../../../cli/errors";
import { login } from "../../../cli/verbs/login";
import { useDirectory } from "../../support/directory";
import { useHttpDouble } from "../../support/http-double";
import { type AwsAnswer, awsStub } from "./aws-stub";
import { contextWith } from "./context";
import { stackOutputs } from "./outputs";

describe("pulumi-cos login", () => {
  const nomad = useHttpDouble();
  const directory = useDirectory("cli-login");
  const instance = (InstanceId: string, AvailabilityZone: string) => ({ InstanceId, Placement: { AvailabilityZone } });
  const contextFor = (answers: Record<string, AwsAnswer>) =>
    contextWith(
      stackOutputs({ nomadAddress: nomad().url }),
      awsStub((name, text) => directory.write(name, text), answers),
    );
  const running = {
    "ec2 describe-instances": {
      Reservations: [{ Instances: [instance("i-2", "b")] }, { Instances: [instance("i-1", "a")] }],
    },
  };

  it("takes the first node of a role, and names the others", async () => {
    const { context, written } = contextFor(running);
    assert.equal(await login(context, "nomad-server", { print: true }), 0);
    assert.equal(written.out, "aws ssm start-session --target i-1 --region eu-central-1\n");
    assert.deepEqual(written.notes, ["i-1 in a; there are also i-2."]);
    assert.match(directory.read("calls"), /Name=tag:cos-cluster,Values=cos-dev Name=tag:cos-role,Values=nomad-server /);
  });

  it("takes a pool's node", async () => {
    const { context } = contextFor(running);
    await login(context, "public-services", { print: true });
    assert.match(directory.read("calls"), /Name=tag:cos-role,Values=client Name=tag:cos-pool,Values=public-services /);
  });

  it("takes the instance of a Nomad client", async () => {
    const node = { ID: "abcd1234", Name: "ip-10-0-0-1", Status: "ready" };
    nomad().answers = {
      "/v1/nodes": { body: [node] },
      "/v1/node/abcd1234": { body: { ...node, Attributes: { "unique.platform.aws.instance-id": "i-7" } } },
    };
    const { context, written } = contextFor({});
    assert.equal(await login(context, "ip-10-0-0-1", { print: true }), 0);
    assert.equal(written.out, "aws ssm start-session --target i-7 --region eu-central-1\n");
    nomad().answers["/v1/node/abcd1234"] = { body: { ...node, Attributes: {} } };
    await assert.rejects(
      login(context, "abcd", { print: true }),
      new UserError("Nomad does not know the EC2 instance of abcd."),
    );
  });

  describe("to the APIs", () => {
    const servers = {
      "ec2 describe-instances": {
        Reservations: [{ Instances: [{ ...instance("i-1", "a"), PrivateIpAddress: "10.0.0.4" }] }],
      },
    };
    const session = (port: number) =>
      "ssm start-session --target i-1 --region eu-central-1 --document-name AWS-StartPortForwardingSessionToRemoteHost " +
      `--parameters {"host":["10.0.0.4"],"portNumber":["${port}"],"localPortNumber":["${port}"]}`;

    it("prints the command lines that forward each to its own port of this machine", async () => {
      const { context, written } = contextFor(servers);
      assert.equal(await login(context, "apis", { print: true }), 0);
      const { port } = new URL(nomad().url);
      const [consul = "", second = ""] = written.out
        .trim()
        .split("\n")
        .map((line) => line.replaceAll("'", ""));
      assert.deepEqual([consul, second], [`aws ${session(8500)}`, `aws ${session(Number(port))}`]);
      const calls = directory.read("calls");
      for (const role of ["consul-server", "nomad-server"])
        assert.match(calls, new RegExp(`Name=tag:cos-role,Values=${role} `));
    });

    it("runs both sessions, says how they are used, and ends where one does", async () => {
      const { context, written } = contextFor(servers);
      // A session ends when it sees that both have begun.
      const stub = directory.at("bin", "aws");
      const both = `n=0; while [ $n -lt 2 ]; do n=0; while read -r line; do case $line in ssm*) n=$((n+1)) ;; esac; done <${directory.at("calls")}; done`;
      writeFileSync(
        stub,
        directory.read("bin/aws").replace('case "$1 $2" in', `case "$1 $2" in\n"ssm start-session") ${both} ;;`),
      );
      assert.equal(await login(context, "apis", {}), 0);
      assert.match(written.notes.join(), /eval "\$\(npx pulumi-cos env --forwarded\)"/);
      assert.equal(directory.read("calls").match(/^ssm start-session /gm)?.length, 2);
    });

    it("says where no server runs", async () => {
      const { context } = contextFor({ "ec2 describe-instances": {} });
      await assert.rejects(
        login(context, "apis", {}),
        new UserError("No instance of cluster cos-dev is running as consul-server or nomad-server."),
      );
    });
  });

  it("runs the session, and ends with its exit code", async () => {
    const { context } = contextFor({ "ssm start-session": {} });
    // What the stub prints goes to the terminal of the test.
    assert.equal(await login(context, "i-0abc", {}), 0);
    assert.equal(directory.read("calls"), "ssm start-session --target i-0abc --region eu-central-1\n");
  });

  it("says what is in the way", async () => {
    await assert.rejects(
      login(contextFor({ "ec2 describe-instances": {} }).context, "client", {}),
      new UserError("No instance of cluster cos-dev is running as client."),
    );
    await assert.rejects(login(contextFor({}).context, "client", {}), (error) => {
      assert.ok(error instanceof AwsError);
      assert.deepEqual([error.code, error.message], ["AccessDenied", "aws ec2 describe-instances: no"]);
      return true;
    });
    await assert.rejects(login(contextWith(stackOutputs(), { PATH: "/nonexistent" }).context, "client", {}), {
      message: /^The AWS CLI, `aws`, is in no directory of PATH\. /,
    });
    await assert.rejects(
      login(contextWith({ ...stackOutputs(), cluster: undefined }).context, "client", {}),
      new UserError("The stack has no output `cluster`: this command is for clusters on AWS (cos:target: aws)."),
    );
  });
});
