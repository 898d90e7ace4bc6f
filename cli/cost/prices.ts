import type { VolumeType } from "../../components/node/volumes";
import { UserError } from "../errors";
import table from "./prices.json";

/** A list price on demand, and where it is from. */
export interface Price {
  /** US dollars, without taxes. */
  usd: number;
  /** A key of {@link PriceTable.sources}. */
  source: string;
}

/** Prices of a region. */
export interface RegionPrices {
  /** Linux instances, by type. */
  instanceHour: Record<string, Price>;
  natGatewayHour: Price;
  applicationLoadBalancerHour: Price;
  networkLoadBalancerHour: Price;
  publicAddressHour: Price;
  kmsKeyMonth: Price;
  /** In one availability zone. */
  interfaceEndpointHour: Price;
  volumeGiBMonth: Record<VolumeType, Price>;
  /** EFS, standard storage. */
  fileSystemGiBMonth: Price;
}

/** A page that prices were seen on. */
export interface PriceSource {
  url: string;
  /** When the page was written or the figure made; null where the page could not be read here. */
  seen: string | null;
  note: string;
}

export interface PriceTable {
  hoursPerMonth: number;
  sources: Record<string, PriceSource>;
  regions: Record<string, RegionPrices>;
}

/** The prices of this repository. */
export const prices: PriceTable = table;

/** The prices of a region. @throws UserError where there are none */
export function pricesOf(region: string, { regions }: PriceTable = prices): RegionPrices {
  const found = regions[region];
  if (found) return found;
  throw new UserError(
    `There are no prices for the region ${region} in cli/cost/prices.json, only for ${Object.keys(regions).join(" and ")}; --region takes one of them.`,
  );
}
