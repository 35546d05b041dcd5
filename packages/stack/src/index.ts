export { type PortName, portDefaults, readConfig, type StackConfig } from "./config.ts";
export { readEnv, type StackEnv } from "./env-file.ts";
export { type Home, type HomeState, loadHome, readState } from "./home.ts";
export { scorerName } from "./ports.ts";
export {
  type OnStackEvent,
  type ServiceDefinition,
  ServiceFailed,
  type ServiceState,
  type ServiceStatus,
  type StackEvent,
} from "./service.ts";
export { prometheusConfig, prometheusService, stopOutdatedPrometheus } from "./services/prometheus.ts";
export { cacheRoot, makeProduct } from "./setup/product.ts";
export { type CoreService, coreServices, down, status, type UpOptions, up } from "./stack.ts";
export { logFileOf, pidOf, restartService, startService, stopService } from "./supervise.ts";
export { denoEnvironment, repositoryRoot, type Tools, tools } from "./tools.ts";
