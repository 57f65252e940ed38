"""The screen: one file per page. Only this folder and app.py know Streamlit."""
