"""The one path that makes results: ``plan`` checks a spec, ``execute`` runs it and tells what happens."""
