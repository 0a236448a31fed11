"""Every name that is sent, by the conventions of this version; a test compares them with the
package of the conventions. What these have no word for stands under `llmgw.`."""

CONVENTIONS = "1.44.0"
"""Of `opentelemetry-semantic-conventions`; those for generative AI are still in development."""
SCHEMA_URL = f"https://opentelemetry.io/schemas/{CONVENTIONS}"

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_STREAM = "gen_ai.request.stream"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CACHE_CREATION_TOKENS = "gen_ai.usage.cache_creation.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105 - a kind of token
TOOL_NAME = "gen_ai.tool.name"
MCP_METHOD = "mcp.method.name"
ERROR_TYPE = "error.type"

DURATION_METRIC = "gen_ai.client.operation.duration"
FIRST_CHUNK_METRIC = "gen_ai.client.operation.time_to_first_chunk"
TOKENS_METRIC = "gen_ai.client.token.usage"

CHAT, EMBEDDINGS, EXECUTE_TOOL = "chat", "embeddings", "execute_tool"
CALL_TOOL = "tools/call"

FLIGHT = "llmgw.flight.id"
STATE = "llmgw.flight.state"
CLIENT = "llmgw.client"
LABEL = "llmgw.label"
PROJECT = "llmgw.project"
ACCOUNT = "llmgw.account"
JOB = "llmgw.job.id"
COST = "llmgw.cost.usd"
ATTEMPTS = "llmgw.attempts"
STATUS = "llmgw.status"
OWN_COST_METRIC = "llmgw.client.cost"

PROVIDERS = {
    "anthropic": "anthropic",
    "openai": "openai",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "mistral": "mistral_ai",
    "groq": "groq",
    "deepseek": "deepseek",
    "perplexity": "perplexity",
    "xai": "x_ai",
}
"""By what providers are often named here; others go by their own name."""
