"""Fine-tuning: from an assistant's passing tests to an adapter for llama.cpp and vLLM."""
