"""The parts of the Settings page that have to do with other machines: providers, keys, network, spend, ledger."""
