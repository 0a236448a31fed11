// The AI SDK, with its provider for each vendor. As speaking.py: cells in, a line of JSON for each out.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, isStepCount, Output, streamText, tool } from "ai";
import { text } from "node:stream/consumers";
import { z } from "zod";

const Weather = z.object({ city: z.string(), degrees: z.number().int() });

const models = {
  chat: ({ url, key, model }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key }).chat(model),
  responses: ({ url, key, model }) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key }).responses(model),
  anthropic: ({ url, key, model }) => createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(model),
  gemini: ({ url, key, model }) => createGoogle({ baseURL: `${url}/v1beta`, apiKey: key })(model),
};

const spent = (usage) => ({
  input: usage.inputTokens ?? null,
  output: usage.outputTokens ?? null,
  cache_read: usage.inputTokenDetails?.cacheReadTokens ?? null,
  cache_write: usage.inputTokenDetails?.cacheWriteTokens ?? null,
  reasoning: usage.outputTokenDetails?.reasoningTokens ?? null,
});

async function talk(cell) {
  const asked = { model: models[cell.client](cell), prompt: cell.prompt, maxRetries: 0 };
  if (cell.scenario === "stream") {
    let failed;
    const stream = streamText({ ...asked, onError: ({ error }) => { failed = error; } });
    let heard = "";
    for await (const piece of stream.textStream) heard += piece;
    if (failed) throw failed;
    return { text: heard, calls: 0, usages: [spent(await stream.usage)] };
  }
  if (cell.scenario === "structured") {
    const told = await generateText({ ...asked, output: Output.object({ schema: Weather }) });
    return { parsed: told.output, calls: 0, usages: told.steps.map((step) => spent(step.usage)) };
  }
  let calls = 0;
  const look_up = tool({
    description: "Tells the weather of a city.",
    inputSchema: Weather,
    execute: async () => { calls += 1; return "sunny"; },
  });
  const armed = cell.scenario === "tools" ? { tools: { look_up }, stopWhen: isStepCount(4) } : {};
  const told = await generateText({ ...asked, ...armed });
  return { text: told.text, calls, usages: told.steps.map((step) => spent(step.usage)) };
}

globalThis.AI_SDK_LOG_WARNINGS = false;
for (const cell of JSON.parse(await text(process.stdin))) {
  let line;
  try {
    line = await talk(cell);
  } catch (error) {
    line = { error: `${error?.stack ?? error} ${error?.responseBody ?? ""}` };
  }
  console.log(JSON.stringify({ id: cell.id, ...line }));
}
