export type * from "./input/acl";
export type * from "./input/csiVolume";
export type * from "./input/dynamicHostVolume";
export type * from "./input/job";
export type * from "./input/namespace";
export type * from "./input/nodePool";
export type * from "./input/provider";
