# Sourced by the stand-ins' executables: starts main.ts of the directory `here`. What a stand-in takes from node_modules
# is loaded before tsx, which would look through each of these files as well and takes half a second for it; `preload`
# names more of them.
modules="$here/../../node_modules"
set -- --require "$modules/tsx/dist/cjs/index.cjs" "$here/main.ts" "$@"
for module in ${preload-} @pulumi/pulumi/proto/provider_grpc_pb.js; do
  set -- --require "$modules/$module" "$@"
done
exec node "$@"
