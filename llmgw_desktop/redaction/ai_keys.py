"""Keys of vendors of models, and of what stands around them."""

from llmgw_desktop.redaction.family import table

AI_KEYS = table(
    r"""
    our own client key                llmgw-{W}{32,}
    Anthropic API key                 sk-ant-(?:api|admin|oat|ort|sid)[0-9]{2}-{W}{16,}
    OpenAI project key                sk-(?:proj|svcacct|admin|None)-{W}{16,}
    OpenRouter key                    sk-or-v1-{H}{32,}
    Langfuse secret key               sk-lf-{UUID}
    Helicone key                      sk-helicone-{W}{16,}
    key that begins with sk-          sk-{W}{16,}
    Groq key                          gsk_{A}{32,}
    xAI key                           xai-{A}{32,}
    Hugging Face token                (?:hf_|api_org_){A}{30,}
    Replicate token                   r8_{A}{32,}
    Perplexity key                    pplx-{A}{32,}
    Together key                      tgp_v1_{W}{30,}
    Fireworks key                     fw_{A}{22,32}\b
    Cerebras key                      csk-{A}{32,}
    NVIDIA key                        nvapi-{W}{40,}
    ElevenLabs key                    sk_{H}{48}\b
    Google API key                    AIza{W}{35}
    Google AI key                     AQ\.Ab{W}{30,}
    Google OAuth access token         ya29\.[A-Za-z0-9_\-.]{20,}
    Google OAuth refresh token        1//0{W}{40,}
    Google OAuth client secret        GOCSPX-{W}{24,}
    LangSmith key                     lsv2_(?:pt|sk)_{H}{32}_{H}{6,}
    Pinecone key                      pcsk_{W}{30,}
    Tavily key                        tvly-{W}{20,}
    Jina key                          jina_{W}{40,}
    Voyage key                        (?:pa|al)-{W}{40,}
    Firecrawl key                     fc-{H}{32}\b
    Anyscale key                      esecret_{A}{20,}
    RunPod key                        rpa_{A}{30,}
    Weights & Biases key              wandb_v1_{W}{30,}
    Scale AI key                      (?:live|test)_{H}{32}\b
    Modal token                       a[ks]-{A}{22}\b
    Amazon Bedrock key                ABSK[A-Za-z0-9+/]{80,}={0,2}
    Amazon Bedrock short key          bedrock-api-key-[A-Za-z0-9+/=\-]{30,}
    E2B key                           e2b_{H}{40}\b
    Composio key                      ak_[A-Za-z0-9_\-]{20}\b
    Databricks token                  dapi{H}{32}(?:-[0-9])?
    """
)
