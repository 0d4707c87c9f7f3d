from docferry.llama_index import DocferryReader


class MillReader(DocferryReader):
    provider: str = "mill"
