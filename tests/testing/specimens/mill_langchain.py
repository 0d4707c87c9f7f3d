from docferry.langchain import DocferryLoader


class MillLoader(DocferryLoader):
    provider = "mill"
