// `node http-load.mjs URL REQUESTS CLIENTS`: sends so many requests from so many clients, each of which keeps its connection and sends
// the next when it has had its answer. Prints JSON: seconds, and of the answers' times in milliseconds p50 and p99.
import { Agent, get } from "node:http";
import { performance } from "node:perf_hooks";

const [url, requests, clients] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(clients) });

/** @returns {Promise<number>} milliseconds that one request took */
function request() {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.on("error", reject);
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - begin);
        else reject(new Error(`${url} answers ${response.statusCode}`));
      });
    }).on("error", reject);
  });
}

const times = [];
let left = Number(requests);
const begin = performance.now();
await Promise.all(
  Array.from({ length: Number(clients) }, async () => {
    while (left-- > 0) times.push(await request());
  }),
);
const seconds = (performance.now() - begin) / 1000;
times.sort((one, other) => one - other);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
console.log(JSON.stringify({ seconds, p50: at(0.5), p99: at(0.99) }));
agent.destroy();
