from docferry.langchain import DocferryLoader


class PaperLoader(DocferryLoader):
    provider = "paper"
