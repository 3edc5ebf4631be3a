"""What an operator may do to a topic by mistake."""

from kafka import KafkaAdminClient

from shared.kafka.network import Network


def more_partitions(servers: str, topic: str, count: int) -> None:
    """Give a topic more partitions."""
    admin = KafkaAdminClient(kafka_client=Network, bootstrap_servers=servers)
    try:
        admin.create_partitions({topic: count})
    finally:
        admin.close()
