from docferry.llama_index import DocferryReader


class PaperReader(DocferryReader):
    provider: str = "paper"
