"""All that the pages say, in Chinese and English: one file a topic, each text in both languages."""
