/** Names that are in the certificates of all servers of a cluster. */
export const serverNamesOf = (consulDatacenter: string, nomadRegion: string) => ({
  consul: `server.${consulDatacenter}.consul`,
  nomad: `server.${nomadRegion}.nomad`,
});
