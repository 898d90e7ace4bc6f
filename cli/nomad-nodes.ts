import { ApiError } from "../apis/http";
import type { NodeDetail, NodeListing, NomadApi } from "../apis/nomad";
import { UserError } from "./errors";

/** Requests at a time: enough for speed, few enough for a small server. */
const atOnce = 8;

/** All that Nomad knows of some clients, by ID. One that is gone meanwhile is left out. */
export async function detailsOf(nomad: NomadApi, clients: NodeListing[]): Promise<Map<string, NodeDetail>> {
  const details = new Map<string, NodeDetail>();
  const waiting = [...clients];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        details.set(next.ID, await nomad.node(next.ID));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return details;
}

/** Availability zone of a client, as it has found it out; empty where it has none. */
export function zoneOf(node: NodeDetail | undefined): string {
  return node?.Attributes?.["platform.aws.placement.availability-zone"] ?? "";
}

/** ID of the EC2 instance that a client runs on; empty where it is none. */
export function instanceIdOf(node: NodeDetail | undefined): string {
  return node?.Attributes?.["unique.platform.aws.instance-id"] ?? "";
}

/** Whether Nomad hears of a client: one that it does not is `disconnected` where its tasks may go on without it. */
export const isReachable = ({ Status }: Pick<NodeListing, "Status">): boolean =>
  Status !== "down" && Status !== "disconnected";

/** Whether a client has left in order, after a drain: Nomad lists it as down until it is forgotten. */
export const hasLeft = ({ Status, SchedulingEligibility }: Pick<NodeListing, "Status" | "SchedulingEligibility">) =>
  Status === "down" && SchedulingEligibility === "ineligible";

/**
 * The client that a person means by its ID or the beginning of it, its name, its address or its EC2 instance ID. One that is
 * down is meant only where no other is.
 *
 * @throws UserError where it is none or more than one
 */
export async function findClient(nomad: NomadApi, wanted: string): Promise<NodeListing> {
  const clients = await nomad.nodes();
  const instances = /^i-[0-9a-f]+$/.test(wanted) ? await detailsOf(nomad, clients) : undefined;
  const matching = clients.filter(
    (node) =>
      node.ID === wanted ||
      (/^[0-9a-f-]{4,}$/.test(wanted) && node.ID.startsWith(wanted)) ||
      node.Name === wanted ||
      node.Address === wanted ||
      (instances && instanceIdOf(instances.get(node.ID)) === wanted),
  );
  const up = matching.filter(isReachable);
  const [found, ...others] = up.length > 0 ? up : matching;
  if (!found) {
    const names = clients.map((node) => `${node.Name} (${node.ID.slice(0, 8)})`).join(", ");
    throw new UserError(
      `No Nomad client is "${wanted}" by ID, name, address or instance. There are: ${names || "none"}.`,
    );
  }
  if (others.length > 0) {
    const ids = [found, ...others].map((node) => `${node.ID.slice(0, 8)} (${node.Name}, ${node.Address})`).join(", ");
    throw new UserError(`"${wanted}" is more than one Nomad client; say which by its ID: ${ids}.`);
  }
  return found;
}
