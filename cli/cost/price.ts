import type { VolumeType } from "../../components/node/volumes";
import { UserError } from "../errors";
import type { Inventory } from "./inventory";
import { type Price, prices, pricesOf, type PriceTable } from "./prices";

/** A line of a bill. */
export interface Line {
  what: string;
  quantity: number;
  /** US dollars a month for one. */
  each: number;
  /** US dollars a month. */
  total: number;
  /** A key of the price table's sources. */
  source: string;
}

/**
 * The monthly bill for an inventory, at list prices, running all the time, without traffic.
 *
 * @throws UserError with everything that has no price
 */
export function bill(inventory: Inventory, table: PriceTable = prices): Line[] {
  const region = pricesOf(inventory.region, table);
  const unknown: string[] = [];
  const line = (what: string, quantity: number, price: Price | undefined, perMonth: number): Line[] => {
    if (quantity === 0) return [];
    if (!price) {
      unknown.push(what);
      return [];
    }
    const each = price.usd * perMonth;
    return [{ what, quantity, each, total: quantity * each, source: price.source }];
  };
  const hours = table.hoursPerMonth;
  const lines = [
    ...Object.entries(inventory.instances).flatMap(([type, count]) =>
      line(`${type} instances`, count, region.instanceHour[type], hours),
    ),
    ...(Object.entries(inventory.volumesGiB) as [VolumeType, number][]).flatMap(([type, gib]) =>
      line(`GiB of ${type} volumes`, gib, region.volumeGiBMonth[type], 1),
    ),
    ...line("NAT gateways", inventory.natGateways, region.natGatewayHour, hours),
    ...line(
      "application load balancers",
      inventory.applicationLoadBalancers,
      region.applicationLoadBalancerHour,
      hours,
    ),
    ...line("network load balancers", inventory.networkLoadBalancers, region.networkLoadBalancerHour, hours),
    ...line("public IPv4 addresses", inventory.publicAddresses, region.publicAddressHour, hours),
    ...line("KMS keys", inventory.kmsKeys, region.kmsKeyMonth, 1),
    ...line("interface endpoints by zone", inventory.interfaceEndpointZones, region.interfaceEndpointHour, hours),
    ...line("GiB in EFS", inventory.fileSystemGiB, region.fileSystemGiBMonth, 1),
  ];
  if (unknown.length > 0) {
    throw new UserError(
      `cli/cost/prices.json has no price in ${inventory.region} for: ${unknown.join(", ")}. Add it there, with its source and date.`,
    );
  }
  return lines;
}

/** US dollars a month. */
export const totalOf = (lines: Line[]): number => lines.reduce((sum, { total }) => sum + total, 0);
