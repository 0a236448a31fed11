"""What looks like a secret, and how it is taken out of what is written down or shown.

`detector` tells where secrets stand in bytes; `redactor` takes them out, with those that are known;
`streams` puts together what a stream says in pieces. Pure: bytes in, places or bytes out.
"""
