export { murmur2, partitionForKey } from "./murmur2.ts";
export {
  DeliveryFailed,
  type HeaderList,
  headerList,
  type Placement,
  type Producer,
  ProducerBusy,
  type ProducerLimits,
  producerLimitsDefault,
  type RecordToSend,
  recordBytesMax,
} from "./port.ts";
