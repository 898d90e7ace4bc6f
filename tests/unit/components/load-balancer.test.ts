import assert from "node:assert/strict";
import fc from "fast-check";
import { loadBalancerName } from "../../../components/physical-name";
import { blockingQueryTimeoutSeconds } from "../../../components/load-balancer/blocking-queries";
import { cidrErrors } from "../../../components/load-balancer/cidrs";
import { healthCheckErrors, serverHealthCheck } from "../../../components/load-balancer/health-check";
import { domainNames, httpsErrors } from "../../../components/load-balancer/https";

describe("names of load balancers and target groups", () => {
  it("are kept where AWS takes them with Pulumi's random end", () => {
    for (const name of ["cos-alb", "a", "exactly-24-characters-ok", "Internal-alb"]) {
      assert.equal(loadBalancerName(name), name);
    }
  });

  const changed = [
    { name: "cos-production-public-services-alb", as: "cos-production-pub-6b161" },
    { name: "internal-alb", as: "int-alb-b0ea9" },
    { name: "internal", as: "int-3bed2" },
    { name: "my_cos.alb", as: "my-cos-alb-9afbf" },
  ];
  for (const { name, as } of changed) {
    it(`are made acceptable: ${name}`, () => {
      assert.equal(loadBalancerName(name), as);
    });
  }

  it("are acceptable to AWS and stay apart whatever the names are", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 60 }), { minLength: 2, maxLength: 2 }),
        (names) => {
          const made = names.map((name) => `${loadBalancerName(name)}-1234567`);
          for (const name of made) {
            assert.match(name, /^[0-9A-Za-z][0-9A-Za-z-]{0,31}$/);
            assert.doesNotMatch(name, /^internal-/);
          }
          assert.notEqual(made[0], made[1]);
        },
      ),
    );
  });
});

describe("allowed CIDR blocks", () => {
  const reasonsOf = (cidrs: string[], width: "any" | "narrow" = "narrow") => cidrErrors("allowedCidrs", cidrs, width);

  it("may be addresses and networks of both kinds", () => {
    assert.deepEqual(reasonsOf(["203.0.113.7/32", "10.0.0.0/8", "2001:db8::/32", "2001:db8::1/128"]), []);
  });

  const wrong = [
    { cidr: "office", reason: 'must be a CIDR block, such as "203.0.113.7/32" or "2001:db8::/32", got "office"' },
    { cidr: "", reason: 'must be a CIDR block, such as "203.0.113.7/32" or "2001:db8::/32", got ""' },
    {
      cidr: "10.0.0.0/8/8",
      reason: 'must be a CIDR block, such as "203.0.113.7/32" or "2001:db8::/32", got "10.0.0.0/8/8"',
    },
    { cidr: "10.0/8", reason: 'must be a CIDR block, such as "203.0.113.7/32" or "2001:db8::/32", got "10.0/8"' },
    { cidr: "203.0.113.7", reason: 'must have a prefix length: for this one address "203.0.113.7/32"' },
    { cidr: "2001:db8::1", reason: 'must have a prefix length: for this one address "2001:db8::1/128"' },
    { cidr: "10.0.0.0/33", reason: 'must end in a prefix length between /0 and /32, got "10.0.0.0/33"' },
    { cidr: "10.0.0.0/08", reason: 'must end in a prefix length between /0 and /32, got "10.0.0.0/08"' },
    { cidr: "10.0.0.0/", reason: 'must end in a prefix length between /0 and /32, got "10.0.0.0/"' },
    { cidr: "2001:db8::/129", reason: 'must end in a prefix length between /0 and /128, got "2001:db8::/129"' },
    {
      cidr: "10.1.2.3/8",
      reason: 'must be written as the network that it is in: "10.0.0.0/8" instead of "10.1.2.3/8"',
    },
    {
      cidr: "2001:DB8:0::/32",
      reason: 'must be written as the network that it is in: "2001:db8::/32" instead of "2001:DB8:0::/32"',
    },
  ];
  for (const { cidr, reason } of wrong) {
    it(`are refused where they are none: ${JSON.stringify(cidr)}`, () => {
      assert.deepEqual(reasonsOf([cidr], "any"), [{ propertyPath: "allowedCidrs[0]", reason }]);
    });
  }

  for (const cidr of ["0.0.0.0/0", "::/0"]) {
    it(`let everybody in only where that is said: ${cidr}`, () => {
      const reason = `"${cidr}" lets everybody in: say your own addresses, or allowAnyAddress: true if that is meant`;
      assert.deepEqual(reasonsOf(["10.0.0.0/8", cidr]), [{ propertyPath: "allowedCidrs[1]", reason }]);
      assert.deepEqual(reasonsOf([cidr], "any"), []);
    });
  }

  for (const cidr of ["128.0.0.0/1", "10.0.0.0/7", "2000::/3", "2a00::/12"]) {
    it(`let a large part of the internet in only where that is said: ${cidr}`, () => {
      const [error] = reasonsOf([cidr]);
      assert.match(error?.reason ?? "", /lets a large part of the internet in: .* allowAnyAddress: true/);
      assert.deepEqual(reasonsOf([cidr], "any"), []);
    });
  }

  it("are refused where there are none, and twice", () => {
    const none = {
      propertyPath: "allowedCidrs",
      reason: 'must have at least one CIDR block, such as "203.0.113.7/32": an empty list lets nobody in',
    };
    assert.deepEqual(reasonsOf([]), [none]);
    assert.deepEqual(cidrErrors("allowedCidrs", undefined, "any"), [none]);
    assert.deepEqual(reasonsOf(["10.0.0.0/8", "192.168.0.0/16", "10.0.0.0/8"]), [
      { propertyPath: "allowedCidrs[2]", reason: '"10.0.0.0/8" is already allowedCidrs[0]' },
    ]);
  });
});

describe("HTTPS of load balancers", () => {
  const domain = { name: "apps.example.com", zoneId: "Z1" };

  it("needs a certificate, one, or to be left out explicitly", () => {
    assert.deepEqual(httpsErrors({}), [
      {
        propertyPath: "certificateArn",
        reason:
          'HTTPS needs a certificate: give certificateArn, or domain to have one made; or say protocol: "http" to do without',
      },
    ]);
    assert.deepEqual(httpsErrors({ certificateArn: "arn:x", domain }), [
      {
        propertyPath: "domain",
        reason: "has a certificate made, but certificateArn names one already: give one of the two",
      },
    ]);
    for (const options of [{ certificateArn: "arn:x" }, { domain }, { protocol: "http" as const }]) {
      assert.deepEqual(httpsErrors(options), []);
    }
    assert.deepEqual(httpsErrors({ protocol: "http", domain }), []);
  });

  it("is not spoken of with HTTP", () => {
    const reason = 'is of no use with protocol: "http"; leave one out';
    assert.deepEqual(httpsErrors({ protocol: "http", certificateArn: "arn:x", sslPolicy: "y" }), [
      { propertyPath: "certificateArn", reason },
      { propertyPath: "sslPolicy", reason },
    ]);
  });

  it("is one of two protocols", () => {
    const options = { protocol: "HTTP" as "http", certificateArn: "arn:x" };
    assert.deepEqual(httpsErrors(options), [
      { propertyPath: "protocol", reason: 'must be "https" or "http", got "HTTP"' },
    ]);
  });

  it("is for host names that certificates can have", () => {
    const long = `${"a".repeat(60)}.example.com`;
    const errors = httpsErrors({
      domain: {
        name: long,
        zoneId: "Z1",
        aliases: ["*.example.com", "Example.com", "a..b", "*.example.com", "localhost"],
      },
    });
    assert.deepEqual(errors, [
      { propertyPath: "domain.name", reason: "must have at most 64 characters, has 72" },
      ...[
        { at: 1, name: "Example.com" },
        { at: 2, name: "a..b" },
        { at: 4, name: "localhost" },
      ].map(({ at, name }) => ({
        propertyPath: `domain.aliases[${at}]`,
        reason: `must be a host name in lower case, such as "apps.example.com" or "*.apps.example.com", got "${name}"`,
      })),
      { propertyPath: "domain.aliases[3]", reason: '"*.example.com" is already domain.aliases[0]' },
    ]);
    assert.deepEqual(httpsErrors({ domain: { ...domain, name: "*.example.com" } }), [
      {
        propertyPath: "domain.name",
        reason: 'must be a host name in lower case, such as "apps.example.com", got "*.example.com"',
      },
    ]);
    assert.deepEqual(httpsErrors({ domain: { ...domain, aliases: ["apps.example.com"] } }), [
      { propertyPath: "domain.aliases[0]", reason: '"apps.example.com" is already domain.name' },
    ]);
  });

  it("has each name once, and further ones where no wildcard stands for them", () => {
    assert.deepEqual(domainNames(domain), ["apps.example.com"]);
    const aliases = ["*.ui.example.com", "example.com"];
    assert.deepEqual(
      domainNames({ ...domain, aliases }, ["nomad.ui.example.com", "x.nomad.ui.example.com", "example.com"]),
      ["apps.example.com", "*.ui.example.com", "example.com", "x.nomad.ui.example.com"],
    );
  });
});

describe("health checks of load balancers", () => {
  it("are within AWS's bounds, together with what is left out", () => {
    assert.deepEqual(healthCheckErrors("healthCheck", undefined, serverHealthCheck), []);
    assert.deepEqual(healthCheckErrors("healthCheck", { timeoutSeconds: undefined }, serverHealthCheck), []);
    const options = { intervalSeconds: 4, timeoutSeconds: 121, healthyThreshold: 1, unhealthyThreshold: 2.5 };
    assert.deepEqual(healthCheckErrors("healthCheck", options, serverHealthCheck), [
      {
        propertyPath: "healthCheck.intervalSeconds",
        reason: "must be a whole number of seconds between 5 and 300, got 4",
      },
      {
        propertyPath: "healthCheck.timeoutSeconds",
        reason: "must be a whole number of seconds between 2 and 120, got 121",
      },
      { propertyPath: "healthCheck.healthyThreshold", reason: "must be a whole number between 2 and 10, got 1" },
      { propertyPath: "healthCheck.unhealthyThreshold", reason: "must be a whole number between 2 and 10, got 2.5" },
      { propertyPath: "healthCheck.timeoutSeconds", reason: "must be less than intervalSeconds (4), got 121" },
    ]);
    assert.deepEqual(healthCheckErrors("healthCheck", { timeoutSeconds: 5 }, serverHealthCheck), [
      { propertyPath: "healthCheck.timeoutSeconds", reason: "must be less than intervalSeconds (5), got 5" },
    ]);
  });
});

describe("idle timeouts in front of Consul and Nomad", () => {
  it("outlast the longest blocking query of Nomad, 10 minutes and a sixteenth, within what AWS allows", () => {
    assert.ok(blockingQueryTimeoutSeconds > 637.5 && blockingQueryTimeoutSeconds <= 4000);
  });
});
