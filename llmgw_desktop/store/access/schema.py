"""The tables of OAuth as they are now, for composing queries; `access_steps.py` makes them."""

import peewee


class OauthClientRow(peewee.Model):
    """A program that may ask; `redirect_uris` is JSON, scopes are words with spaces between."""

    id = peewee.TextField(primary_key=True)
    name = peewee.TextField()
    made = peewee.TextField()
    redirect_uris = peewee.TextField()
    scopes = peewee.TextField()
    proof = peewee.TextField()
    secret_hash = peewee.TextField()
    made_at_s = peewee.FloatField()
    revoked_at_s = peewee.FloatField(null=True)

    class Meta:
        table_name = "oauth_clients"


class GrantRow(peewee.Model):
    """What a person gave; `began_at_s` is when its code was exchanged, the rest of a Peer is empty
    where `pid` is."""

    id = peewee.TextField(primary_key=True)
    client_id = peewee.TextField()
    client_name = peewee.TextField()
    scopes = peewee.TextField()
    resource = peewee.TextField()
    redirect_uri = peewee.TextField()
    term = peewee.TextField()
    person = peewee.TextField()
    granted_at_s = peewee.FloatField()
    expires_at_s = peewee.FloatField()
    pid = peewee.IntegerField(null=True)
    program = peewee.TextField()
    program_user = peewee.TextField()
    started_ticks = peewee.IntegerField()
    last_used_at_s = peewee.FloatField(null=True)
    revoked_at_s = peewee.FloatField(null=True)
    began_at_s = peewee.FloatField(null=True)

    class Meta:
        table_name = "oauth_grants"


class CodeRow(peewee.Model):
    """A code by its digest; it stays when it was used, so that a second use is known as one."""

    digest = peewee.BlobField(primary_key=True)
    grant_id = peewee.TextField()
    challenge = peewee.TextField()
    names_redirect = peewee.IntegerField()
    expires_at_s = peewee.FloatField()
    used_at_s = peewee.FloatField(null=True)

    class Meta:
        table_name = "oauth_codes"


class TokenRow(peewee.Model):
    """A token by its digest; `kind` is access or refresh. One that was exchanged stays."""

    digest = peewee.BlobField(primary_key=True)
    grant_id = peewee.TextField()
    kind = peewee.TextField()
    scopes = peewee.TextField()
    made_at_s = peewee.FloatField()
    expires_at_s = peewee.FloatField()
    used_at_s = peewee.FloatField(null=True)

    class Meta:
        table_name = "oauth_tokens"


class AccessSecretRow(peewee.Model):
    """A secret of the operator by its name, hashed."""

    name = peewee.TextField(primary_key=True)
    hash = peewee.TextField()
    made_at_s = peewee.FloatField()

    class Meta:
        table_name = "access_secrets"


class ConsentDecisionRow(peewee.Model):
    """A question with its answer; scopes are words with spaces between, the rest of a Peer is
    empty where `pid` is."""

    id = peewee.TextField(primary_key=True)
    at_s = peewee.FloatField()
    asked_at_s = peewee.FloatField()
    client_id = peewee.TextField()
    client_name = peewee.TextField()
    redirect_uri = peewee.TextField()
    asked_scopes = peewee.TextField()
    address = peewee.TextField()
    words = peewee.TextField()
    is_first = peewee.IntegerField()
    pid = peewee.IntegerField(null=True)
    program = peewee.TextField()
    program_user = peewee.TextField()
    started_ticks = peewee.IntegerField()
    allowed = peewee.IntegerField()
    way = peewee.TextField()
    scopes = peewee.TextField()
    term = peewee.TextField()
    person = peewee.TextField()

    class Meta:
        table_name = "consent_decisions"
