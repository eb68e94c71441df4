project = "A manual"
extensions = ["huepress.integrations.sphinx"]
huepress_options = {"effort": "fast"}
