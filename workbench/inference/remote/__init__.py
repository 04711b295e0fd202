"""Models that answer over the network, through the vendors' SDKs and `net.door`. Sees the world as `domain.chat`."""
