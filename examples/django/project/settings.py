from pathlib import Path

BASE_DIR = Path(__file__).parent.parent
SECRET_KEY = "of an example"
INSTALLED_APPS = ["django.contrib.staticfiles", "shop", "huepress.integrations.django"]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "public" / "static"
MEDIA_ROOT = BASE_DIR / "public" / "media"
STORAGES = {
    "default": {"BACKEND": "huepress.integrations.django.storage.HuepressStorage"},
    "staticfiles": {
        "BACKEND": "huepress.integrations.django.storage.HuepressManifestStaticFilesStorage"
    },
}
HUEPRESS_OPTIONS = {"effort": "fast"}
USE_TZ = True
