"""Models that answer over the network, in the vendors' protocols, through `net.door`. To others it is `domain.chat`."""
