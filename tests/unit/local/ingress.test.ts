import assert from "node:assert/strict";
import { ConsulApi, type ServiceHealth } from "../../../apis/consul";
import { fabioVersion, findIngress, routesOf, routeUrl, servicesOf, waitForRoute } from "../../../local/ingress";
import { useHttpDouble } from "../../support/http-double";
import { jobSpec, service } from "../../support/nomad-objects";

const instance = (Port: number, ...statuses: string[]): ServiceHealth => ({
  Service: { ID: `id-${Port}`, Address: "127.0.0.1", Port },
  Checks: statuses.map((Status) => ({ Name: "check", Status, Output: "" })),
});

describe("fabio in the catalog", () => {
  const consul = useHttpDouble();
  const find = () => findIngress(new ConsulApi(consul().url));

  function play(fabio: ServiceHealth[], ui: ServiceHealth[]): void {
    consul().answers["/v1/health/service/fabio"] = { body: fabio };
    consul().answers["/v1/health/service/fabio-ui"] = { body: ui };
  }

  it("is the first instance all of whose checks pass", async () => {
    play([instance(1, "passing", "critical"), instance(2, "passing"), instance(3, "passing")], [instance(9)]);
    assert.deepEqual(await find(), { traffic: "http://127.0.0.1:2", ui: "http://127.0.0.1:9" });
  });

  it("is not there without one of its two services", async () => {
    play([instance(1, "warning")], [instance(9)]);
    assert.equal(await find(), undefined);
    play([instance(1, "passing")], []);
    assert.equal(await find(), undefined);
  });
});

describe("routes of a job", () => {
  const job = jobSpec({
    TaskGroups: [
      {
        Name: "g",
        Count: 1,
        Networks: null,
        Services: [
          service("a", "urlprefix-/a", "v1", "urlprefix-example.com/b strip=/b"),
          { ...service("native", "urlprefix-/native"), Provider: "nomad" },
          { ...service("untagged"), Tags: null },
        ],
        Tasks: [{ Name: "t", Services: [service("tcp", "urlprefix-:3306 proto=tcp", "urlprefix-/t")] }],
      },
    ],
  });

  it("come from the tags of its services in Consul, of groups and of tasks", () => {
    assert.deepEqual(
      servicesOf(job).map(({ Name }) => Name),
      ["a", "untagged", "tcp"],
    );
    assert.deepEqual(routesOf(job), ["/a", "example.com/b", "/t"]);
  });

  it("have URLs on fabio", () => {
    const ingress = { traffic: "http://127.0.0.1:9999", ui: "" };
    assert.equal(routeUrl(ingress, "/a/b"), "http://127.0.0.1:9999/a/b");
    assert.equal(routeUrl(ingress, "example.com/b"), "http://127.0.0.1:9999/b");
  });
});

describe("fabio", () => {
  const fabio = useHttpDouble();
  const never = new AbortController().signal;
  const ingress = () => ({ traffic: fabio().url, ui: fabio().url });

  it("says its version", async () => {
    fabio().answers["/api/version"] = { body: "1.7.2\n" };
    assert.equal(await fabioVersion(ingress()), "1.7.2");
  });

  const withRoutes = (...routes: string[]) => {
    fabio().answers["/api/routes"] = { body: routes.map((src) => ({ service: "ping", src, dst: "" })) };
  };

  it("is waited for until it has the route and reaches the service", async () => {
    let looks = 0;
    fabio().answers["/api/routes"] = () => ({ body: (looks += 1) < 3 ? null : [{ src: "/ping" }] });
    const statuses = [404, 404, 502, 503, 504];
    fabio().answers["/ping"] = () => ({ status: statuses.shift() ?? 200, body: "" });
    assert.deepEqual(await waitForRoute(ingress(), "/ping", 30, never), { routed: true, status: 200 });
    assert.equal(looks, 6);
  });

  for (const status of [200, 301, 401, 404, 500]) {
    it(`is not waited for where the service itself answers ${status}`, async () => {
      withRoutes("/other", "/ping");
      fabio().answers["/ping"] = { status, body: "" };
      assert.deepEqual(await waitForRoute(ingress(), "/ping", 30, never), { routed: true, status });
      assert.equal(fabio().requests.length, 2);
    });
  }

  it("is asked by the name of the route's host", async () => {
    withRoutes("example.com/b");
    fabio().answers["/b"] = ({ headers }) => ({ status: headers.host === "Example.com" ? 200 : 400, body: "" });
    assert.deepEqual(await waitForRoute(ingress(), "Example.com/b", 30, never), { routed: true, status: 200 });
  });

  it("is given up when its time is over, with what it answered last", async () => {
    withRoutes("/other");
    assert.deepEqual(await waitForRoute(ingress(), "/ping", 0.2, never), { routed: false, status: 404 });
    withRoutes("/ping");
    fabio().answers["/ping"] = { status: 503, body: "" };
    assert.deepEqual(await waitForRoute(ingress(), "/ping", 0, never), { routed: true, status: 503 });
  });

  it("says nothing where it is gone", async () => {
    withRoutes("/ping");
    const { traffic, ui } = ingress();
    const gone = { traffic: traffic.replace(/\d+$/, "1"), ui };
    assert.deepEqual(await waitForRoute(gone, "/ping", 0, never), { routed: true, status: 0 });
  });

  it("is not waited for any longer after an interrupt", async () => {
    const reason = new Error("interrupted");
    withRoutes();
    await assert.rejects(waitForRoute(ingress(), "/ping", 30, AbortSignal.abort(reason)), reason);
  });
});
