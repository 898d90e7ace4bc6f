export type * from "./output/acl";
export type * from "./output/csiVolume";
export type * from "./output/dynamicHostVolume";
export type * from "./output/job";
export type * from "./output/namespace";
export type * from "./output/nodePool";
