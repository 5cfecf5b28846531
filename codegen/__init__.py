"""The spec turned into code: models, resources, the error table and API.md."""
