"""How much one file may cost: its pixels, pages and objects, and the memory and time of a look."""

PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
PDF = "application/pdf"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACCEPTED = (*PICTURES, PDF)

SMALL_BYTES = 256 * 1024  # stays as it came; a portrait as its standard wants it has 150 KB
MOST_PIXELS = 40_000_000
MOST_SIDE = 20_000
MOST_PAGES = 20
MOST_OBJECTS = 50_000
SHEET_BYTES = 1024 * 1024
MOST_ROWS = 200  # of a spreadsheet, below its titles; a section of a form takes 50
MOST_COLUMNS = 60
MOST_SHEET_PARTS = 100  # files packed in a spreadsheet
MOST_UNPACKED = 20 * 1024 * 1024

MEMORY_BYTES = 768 * 1024 * 1024
CPU_S = 5
LOOK_S = 7.0  # from the request for a look to its end; the pages wait eight seconds for the API
TURN_S = 3.0  # of these, how long to wait while other files are looked at
AT_ONCE = 2
IDLE_S = 60.0  # how long a process waits ready for the next file
