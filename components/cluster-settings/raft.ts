import { isBurstable } from "../instance-type";

/** Bounds of the multiplier. Source: the Consul reference, `performance.raft_multiplier`; Nomad's are the same. */
export const raftMultiplierBounds = { least: 1, most: 10 };

/** What Consul chose as its default "to run reliably (but relatively slowly) on three t2.micro". Source: see below. */
const small = 5;

/** What HashiCorp recommends for production, from the size of an m5.large up. Source: see below. */
const production = 1;

/**
 * How much longer than in production Raft's timeouts (heartbeat, election, leader's lease) have to be on servers of an
 * instance type, so that a machine that is out of CPU credits is not taken for a dead one: 1 from `large` up, 5 on families
 * that burst (T), whose lasting performance is a fraction of a core's, and on single cores (`medium` and below).
 *
 * Source: the Consul reference, "Server performance": the default of 5 was found on t2.micro without CPU credits; 1 is the
 * recommendation for production servers, of which m5.large was the smallest named.
 */
export function raftMultiplier(instanceType: string): number {
  return isBurstable(instanceType) || /\.(nano|micro|small|medium)$/.test(instanceType) ? small : production;
}
