"""The bundle's file: a strict archive of JSON members, its manifest, an optional passphrase and signature.

What the members mean is told by the services; here they are bytes and plain values.
"""
