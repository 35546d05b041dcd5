export { murmur2, partitionForKey } from "./murmur2.ts";
export {
  type BatchProducer,
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
export { carrying, publishing, tracedProducer } from "./traced.ts";
