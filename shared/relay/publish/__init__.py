"""From the ledger to Kafka: in order, without a hole, from the mark on."""
