"""Services, interceptors and demo pages that other distributions bring."""
